package dev.tern;

import dev.tern.shape.ShapeException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;

/**
 * {@link Tensor#einsum}: two operands at a time become one by a batched matrix product, whose
 * dimensions are the labels both have and are needed later (batch), both have and nobody needs
 * (summed), and only one has (rows, columns).
 */
final class Einsum {
  /** The dimensions that "..." stands for, the last one first: no letters. */
  private static final int ELLIPSIS = '0';

  /** An operand with a label a dimension. */
  private record Term(Tensor tensor, List<Integer> labels) {
    int size(int label) {
      int at = labels.indexOf(label);
      return at < 0 ? 1 : tensor.size(at);
    }

    /** Summed over the labels that are not needed. */
    Term keeping(Set<Integer> needed) {
      int[] dims =
          labels.stream().filter(l -> !needed.contains(l)).mapToInt(labels::indexOf).toArray();
      List<Integer> kept = labels.stream().filter(needed::contains).toList();
      return dims.length == 0 ? this : new Term(tensor.sum(dims), kept);
    }

    /** In the order of some labels, sizes of 1 where it has none of them. */
    Tensor ordered(List<Integer> order) {
      int[] own = order.stream().filter(labels::contains).mapToInt(labels::indexOf).toArray();
      Tensor y = tensor.permute(own);
      for (int d = 0; d < order.size(); d++) {
        y = labels.contains(order.get(d)) ? y : y.unsqueeze(d);
      }
      return y;
    }
  }

  private Einsum() {}

  static Tensor compute(String equation, Tensor... operands) {
    String[] sides = equation.replace(" ", "").split("->", -1);
    String[] inputs = sides[0].split(",", -1);
    if (sides.length > 2 || operands.length == 0 || inputs.length != operands.length) {
      throw new ShapeException(
          "einsum: \"%s\" does not fit %d operands".formatted(equation, operands.length));
    }
    List<Term> terms = new ArrayList<>();
    TreeMap<Integer, Integer> uses = new TreeMap<>();
    for (int i = 0; i < inputs.length; i++) {
      List<Integer> labels = labels(equation, inputs[i], operands[i].rank());
      labels.forEach(label -> uses.merge(label, 1, Integer::sum));
      terms.add(diagonal(new Term(operands[i], labels)));
    }
    int dots = (int) uses.keySet().stream().filter(Einsum::isDot).count();
    List<Integer> output = new ArrayList<>();
    if (sides.length == 2) {
      int named = sides[1].replace("...", "").length();
      boolean whole = named == sides[1].length(); // without "..." its dimensions are summed
      output.addAll(labels(equation, sides[1], whole ? named : dots + named));
    } else {
      uses.forEach(
          (label, count) -> {
            if (isDot(label) || count == 1) {
              output.add(label);
            }
          });
    }
    if (new LinkedHashSet<>(output).size() < output.size() || !uses.keySet().containsAll(output)) {
      throw new ShapeException(
          "einsum: the result of \"%s\" names a letter twice or one that no operand has"
              .formatted(equation));
    }
    Term result = terms.get(0);
    for (int i = 1; i < terms.size(); i++) {
      Set<Integer> needed = new LinkedHashSet<>(output);
      terms.subList(i + 1, terms.size()).forEach(term -> needed.addAll(term.labels));
      result = product(equation, result, terms.get(i), needed);
    }
    return result.keeping(new LinkedHashSet<>(output)).ordered(output);
  }

  private static boolean isDot(int label) {
    return label < 'A';
  }

  /** The letters of one operand; "..." as one label for each dimension it stands for. */
  private static List<Integer> labels(String equation, String letters, int rank) {
    List<Integer> labels = new ArrayList<>();
    int dots = letters.indexOf("...");
    String named = letters.replace("...", "");
    for (int i = 0; i <= named.length(); i++) {
      if (i == dots) {
        for (int d = rank - named.length(); d > 0; d--) {
          labels.add(ELLIPSIS - d);
        }
      }
      if (i < named.length()) {
        char letter = named.charAt(i);
        if (!Character.isLetter(letter) || letter > 'z') {
          throw new ShapeException("einsum: '%s' in \"%s\"".formatted(letter, equation));
        }
        labels.add((int) letter);
      }
    }
    if (labels.size() != rank) {
      throw new ShapeException(
          "einsum: \"%s\" in \"%s\" does not fit an operand of %d dimensions"
              .formatted(letters, equation, rank));
    }
    return labels;
  }

  /** Of labels that an operand has twice, the diagonal. */
  private static Term diagonal(Term term) {
    for (int i = 0; i < term.labels.size(); i++) {
      int again = term.labels.lastIndexOf(term.labels.get(i));
      if (again > i) {
        if (term.tensor.size(i) != term.tensor.size(again)) {
          throw new ShapeException(
              "einsum: '%c' stands for dimensions of %d and of %d elements"
                  .formatted(term.labels.get(i), term.tensor.size(i), term.tensor.size(again)));
        }
        List<Integer> labels = new ArrayList<>(term.labels);
        labels.remove(again);
        labels.add(labels.remove(i));
        return diagonal(new Term(term.tensor.diagonal(0, i, again), labels));
      }
    }
    return term;
  }

  private static Term product(String equation, Term a, Term b, Set<Integer> needed) {
    List<Integer> batch = new ArrayList<>();
    List<Integer> summed = new ArrayList<>();
    List<Integer> rows = new ArrayList<>();
    List<Integer> columns = new ArrayList<>();
    Set<Integer> both = new LinkedHashSet<>(a.labels);
    both.addAll(b.labels);
    Set<Integer> left = new LinkedHashSet<>(needed);
    left.addAll(b.labels);
    Set<Integer> right = new LinkedHashSet<>(needed);
    right.addAll(a.labels);
    Term x = a.keeping(left);
    Term y = b.keeping(right);
    both.removeIf(label -> !x.labels.contains(label) && !y.labels.contains(label));
    for (int label : both) {
      int m = x.size(label);
      int n = y.size(label);
      if (m != n && m != 1 && n != 1) {
        throw new ShapeException(
            "einsum: in \"%s\", '%c' stands for dimensions of %d and of %d elements"
                .formatted(equation, label, m, n));
      }
      boolean shared = x.labels.contains(label) && y.labels.contains(label);
      (shared ? needed.contains(label) ? batch : summed : x.labels.contains(label) ? rows : columns)
          .add(label);
    }
    List<Integer> result = new ArrayList<>(batch);
    result.addAll(rows);
    result.addAll(columns);
    int[] sizes = result.stream().mapToInt(l -> Math.max(x.size(l), y.size(l))).toArray();
    for (int i = 0; i < sizes.length; i++) { // of nothing there is nothing
      int label = result.get(i);
      sizes[i] = x.size(label) == 0 || y.size(label) == 0 ? 0 : sizes[i];
    }
    Tensor p = table(x, y, batch, rows, summed);
    Tensor q = table(y, x, batch, summed, columns);
    return new Term(p.matmul(q).reshape(sizes), result);
  }

  /** Three groups of labels as three dimensions; broadcast to the other operand where shared. */
  private static Tensor table(
      Term x, Term other, List<Integer> batch, List<Integer> first, List<Integer> second) {
    List<Integer> order = new ArrayList<>(batch);
    order.addAll(first);
    order.addAll(second);
    int[] sizes = new int[order.size()];
    int[] flat = {1, 1, 1};
    for (int i = 0; i < sizes.length; i++) {
      int own = x.size(order.get(i));
      sizes[i] = own == 1 ? other.size(order.get(i)) : own;
      flat[i < batch.size() ? 0 : i < batch.size() + first.size() ? 1 : 2] *= sizes[i];
    }
    return x.ordered(order).expand(sizes).reshape(flat);
  }
}
