package dev.tern;

import dev.tern.device.Storage;
import dev.tern.shape.AutogradException;
import dev.tern.shape.Shape;
import org.jspecify.annotations.Nullable;

/** One recorded operation: where its gradients go and how they are computed. */
final class Node {
  /**
   * Where one gradient goes: on to the operation that made the input, or to a leaf.
   *
   * @param node the operation, null for a leaf
   * @param leaf the leaf, null for an operation
   * @param shape the input's shape, to which the gradient is summed
   */
  record Edge(@Nullable Node node, @Nullable Tensor leaf, Shape shape) {
    static Edge to(Tensor input) {
      Node node = input.node();
      return new Edge(node, node == null ? input : null, input.shape());
    }
  }

  private record Saved(Storage storage, int version) {
    static Saved of(Tensor tensor) {
      return new Saved(tensor.storage(), tensor.storage().version());
    }
  }

  private static final Saved[] NOTHING = {};

  final String name;
  final Edge[] edges;
  private Gradient.Formula @Nullable [] formulas;
  private Gradient.@Nullable Adder @Nullable [] adders;
  private Gradient.@Nullable Joint joint;
  private Saved[] saved;
  private final boolean trusted;
  final Anomaly.@Nullable Birth birth;
  @Nullable Hooks hooks;

  private Node(
      String name,
      Edge[] edges,
      Gradient.Formula @Nullable [] formulas,
      Gradient.@Nullable Adder @Nullable [] adders,
      Gradient.@Nullable Joint joint,
      Saved[] saved,
      boolean trusted) {
    this.name = name;
    this.edges = edges;
    this.formulas = formulas;
    this.adders = adders;
    this.joint = joint;
    this.saved = saved;
    this.trusted = trusted;
    this.birth = Autograd.isAnomalyDetected() ? new Anomaly.Birth(name) : null;
  }

  /** The node for those inputs that need a gradient, or null if none does. */
  static @Nullable Node of(String name, Gradient[] gradients) {
    int count = 0;
    int reads = 0;
    for (Gradient gradient : gradients) {
      if (isWanted(gradient.input())) {
        count++;
        reads += gradient.reads().length;
      }
    }
    if (count == 0) {
      return null;
    }
    Edge[] edges = new Edge[count];
    Gradient.Formula[] formulas = new Gradient.Formula[count];
    Gradient.@Nullable Adder @Nullable [] adders = null;
    Saved[] saved = reads == 0 ? NOTHING : new Saved[reads];
    count = 0;
    reads = 0;
    for (Gradient gradient : gradients) {
      Tensor input = gradient.input();
      if (input != null && isWanted(input)) {
        edges[count] = Edge.to(input);
        if (gradient.adder() != null) {
          adders = adders == null ? new Gradient.Adder[edges.length] : adders;
          adders[count] = gradient.adder();
        }
        formulas[count++] = gradient.formula();
        for (Tensor read : gradient.reads()) {
          saved[reads++] = read == null ? null : Saved.of(read);
        }
      }
    }
    return new Node(name, edges, formulas, adders, null, saved, true);
  }

  /**
   * A node whose one function gives all gradients.
   *
   * @param trusted whether the function keeps {@link Gradient.Formula}'s promise about what it
   *     returns
   */
  static @Nullable Node joint(
      String name,
      @Nullable Tensor[] inputs,
      Gradient.Joint joint,
      boolean trusted,
      @Nullable Tensor... reads) {
    boolean any = false;
    Edge[] edges = new Edge[inputs.length];
    for (int i = 0; i < inputs.length; i++) {
      Tensor input = inputs[i];
      if (input != null && isWanted(input)) {
        edges[i] = Edge.to(input);
        any = true;
      }
    }
    Saved[] saved = new Saved[reads.length];
    for (int i = 0; i < reads.length; i++) {
      Tensor read = reads[i];
      saved[i] = read == null ? null : Saved.of(read);
    }
    return any ? new Node(name, edges, null, null, joint, saved, trusted) : null;
  }

  private static boolean isWanted(@Nullable Tensor input) {
    return input != null && input.requiresGrad();
  }

  /** Whether what {@link #run} returns is new, or the gradient it was given. */
  boolean isTrusted() {
    return trusted;
  }

  /** Whether it may add gradients to others itself. */
  boolean canAdd() {
    return adders != null;
  }

  /**
   * Computes the gradients, one an edge; null where it was added to another.
   *
   * @param mine whether the engine alone holds {@code dy}
   * @param sums what a gradient may be added to, for each edge; null where it may not
   */
  @Nullable Tensor[] run(Tensor dy, boolean mine, @Nullable Tensor[] sums) {
    Gradient.Formula[] each = formulas;
    Gradient.Joint all = joint;
    if (each == null && all == null) {
      throw new AutogradException(
          "backward: the graph through "
              + name
              + " was used and freed by an earlier backward(); pass retainGraph there to use it twice");
    }
    for (Saved one : saved) {
      if (one != null) {
        one.storage.expectVersion(one.version, name);
      }
    }
    if (all != null) {
      return all.apply(dy, mine);
    }
    @Nullable Tensor[] gradients = new Tensor[edges.length];
    boolean alone = mine;
    for (int i = 0; each != null && i < gradients.length; i++) {
      if (!isAdded(i, dy, sums)) {
        Tensor gradient = each[i].apply(dy, alone && i == gradients.length - 1);
        gradients[i] = gradient;
        alone &= gradient.storage() != dy.storage();
      }
    }
    return gradients;
  }

  private boolean isAdded(int edge, Tensor dy, @Nullable Tensor[] sums) {
    Gradient.Adder adder = adders == null ? null : adders[edge];
    Tensor sum = edge < sums.length ? sums[edge] : null;
    if (adder == null || sum == null || !adder.add(dy, sum)) {
      return false;
    }
    sum.storage().changed("accumulation of gradients");
    return true;
  }

  /** Drops the functions and with them everything that was saved. */
  void free() {
    formulas = null;
    adders = null;
    joint = null;
    saved = NOTHING;
  }
}
