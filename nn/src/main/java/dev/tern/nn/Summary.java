package dev.tern.nn;

import dev.tern.Autograd;
import dev.tern.HookHandle;
import dev.tern.Parameter;
import dev.tern.Tensor;
import dev.tern.shape.Shape;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * What one call of a module goes through, like torchinfo's {@code summary}; {@link #toString} is a
 * table.
 *
 * @param calls in the order in which they began, the module itself first
 * @param parameters how many numbers, those of a shared module once
 * @param trainedParameters how many of them require a gradient
 */
public record Summary(List<Call> calls, long parameters, long trainedParameters) {
  /**
   * A call of one module.
   *
   * @param name the module's path, empty for the first
   * @param type its class
   * @param depth how many calls are around it
   * @param output the output's shape
   * @param parameters how many numbers its own parameters have, without those of modules inside it
   * @param multiplyAdds how often one of these numbers is multiplied and added
   * @param again whether the module was called before
   */
  public record Call(
      String name,
      String type,
      int depth,
      Shape output,
      long parameters,
      long multiplyAdds,
      boolean again) {}

  /** Copies the list. */
  public Summary {
    calls = List.copyOf(calls);
  }

  static Summary of(Module root, Tensor input) {
    Map<String, Module> modules = root.namedModules();
    Map<Module, Boolean> modes = new LinkedHashMap<>();
    List<HookHandle> handles = new ArrayList<>();
    List<Call> calls = new ArrayList<>();
    Deque<Integer> around = new ArrayDeque<>();
    Set<Module> seen = Members.identitySet();
    try (var off = Autograd.noGrad()) {
      modules.forEach(
          (name, module) -> {
            modes.put(module, module.isTraining());
            handles.add(
                module.registerForwardPreHook(
                    (called, x) -> {
                      around.push(calls.size());
                      calls.add(began(name, called, around.size() - 1, seen.add(called)));
                      return null;
                    }));
            handles.add(
                module.registerForwardHook(
                    (called, x, y) -> {
                      int at = around.pop();
                      calls.set(at, ended(calls.get(at), called, y));
                      return null;
                    }));
          });
      root.eval();
      root.apply(input);
    } finally {
      handles.forEach(HookHandle::close);
      modes.forEach(Module::setTraining);
    }
    return new Summary(calls, count(root.parameters(), false), count(root.parameters(), true));
  }

  private static Call began(String name, Module module, int depth, boolean first) {
    return new Call(name, module.name(), depth, Shape.of(), 0, 0, !first);
  }

  private static Call ended(Call call, Module module, Tensor output) {
    List<Parameter> own =
        Members.of(module).stream()
            .map(Members.Member::value)
            .filter(Parameter.class::isInstance)
            .map(Parameter.class::cast)
            .toList();
    long numbers = count(own, false);
    return new Call(
        call.name,
        call.type,
        call.depth,
        output.shape(),
        numbers,
        numbers * uses(module, output.shape()),
        call.again);
  }

  private static long count(List<Parameter> parameters, boolean trainedOnly) {
    return parameters.stream()
        .filter(parameter -> !trainedOnly || parameter.requiresGrad())
        .mapToLong(Tensor::numel)
        .sum();
  }

  /** How often each number of a layer is used: once a position of an image, or once an image. */
  private static long uses(Module module, Shape output) {
    if (output.rank() == 0) {
      return 1;
    }
    if (module instanceof ConvNd conv) {
      boolean batch = output.rank() == conv.weight.rank();
      return output.numel() / Math.max(1, output.size(batch ? 1 : 0));
    }
    return module instanceof Linear
        ? output.numel() / Math.max(1, output.size(-1))
        : output.size(0);
  }

  /** How many multiply-adds the whole call takes. */
  public long multiplyAdds() {
    return calls.stream().mapToLong(Call::multiplyAdds).sum();
  }

  /** A line a call, then the totals. */
  @Override
  public String toString() {
    List<String[]> rows = new ArrayList<>();
    rows.add(new String[] {"Layer (type:depth-idx)", "Output shape", "Param #", "Mult-adds"});
    Map<Integer, Integer> counts = new HashMap<>();
    for (Call call : calls) {
      int number = counts.merge(call.depth, 1, Integer::sum);
      String label = call.type + (call.depth == 0 ? "" : ": " + call.depth + "-" + number);
      rows.add(
          new String[] {
            (call.depth == 0 ? "" : "│    ".repeat(call.depth - 1) + "├─") + label,
            call.output.toString(),
            call.again ? "(recursive)" : grouped(call.parameters),
            grouped(call.multiplyAdds)
          });
    }
    int[] widths = new int[4];
    for (String[] row : rows) {
      for (int c = 0; c < 4; c++) {
        widths[c] = Math.max(widths[c], row[c].length());
      }
    }
    String format =
        "%-" + widths[0] + "s  %-" + widths[1] + "s  %" + widths[2] + "s  %" + widths[3] + "s";
    String rule = "=".repeat(widths[0] + widths[1] + widths[2] + widths[3] + 6);
    List<String> lines = new ArrayList<>();
    lines.add(rule);
    for (String[] row : rows) {
      lines.add(format.formatted((Object[]) row));
      if (lines.size() == 2) {
        lines.add(rule);
      }
    }
    lines.add(rule);
    lines.add("Total params: " + number(parameters));
    lines.add("Trainable params: " + number(trainedParameters));
    lines.add("Non-trainable params: " + number(parameters - trainedParameters));
    lines.add("Total mult-adds: " + number(multiplyAdds()));
    lines.add(rule);
    return String.join("\n", lines);
  }

  private static String grouped(long value) {
    return value == 0 ? "--" : number(value);
  }

  private static String number(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }
}
