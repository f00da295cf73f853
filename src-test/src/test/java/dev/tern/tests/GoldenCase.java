package dev.tern.tests;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tern.StateDict;
import dev.tern.Tensor;
import java.util.List;

/**
 * One row of a golden table: an operation, its arguments, its inputs, and what PyTorch made of
 * them. Gradients are those of the sum of output times cotangent.
 */
record GoldenCase(
    String id,
    String op,
    JsonNode args,
    List<String> inputs,
    List<String> outputs,
    List<String> cotangents,
    List<String> grads,
    StateDict tensors) {

  static GoldenCase of(JsonNode row, StateDict tensors) {
    return new GoldenCase(
        row.get("id").textValue(),
        row.get("op").textValue(),
        row.get("args"),
        Golden.strings(row.get("inputs")),
        Golden.strings(row.get("outputs")),
        Golden.strings(row.get("cotangents")),
        Golden.strings(row.get("grads")),
        tensors);
  }

  /**
   * One of the row's tensors; {@code part} is {@code in}, {@code out}, {@code cotangent} or {@code
   * grad}.
   */
  Tensor tensor(String part, String name) {
    String key = id + "/" + part + "/" + name;
    Tensor found = tensors.get(key);
    if (found == null) {
      throw new IllegalStateException("the golden file has no tensor " + key);
    }
    return found;
  }

  boolean takes(String input) {
    return inputs.contains(input);
  }

  boolean has(String arg) {
    return args.hasNonNull(arg);
  }

  int integer(String arg) {
    return present(arg).intValue();
  }

  int integer(String arg, int otherwise) {
    return has(arg) ? integer(arg) : otherwise;
  }

  double number(String arg) {
    return present(arg).doubleValue();
  }

  double number(String arg, double otherwise) {
    return has(arg) ? number(arg) : otherwise;
  }

  boolean flag(String arg) {
    return has(arg) && present(arg).booleanValue();
  }

  String text(String arg, String otherwise) {
    return has(arg) ? present(arg).textValue() : otherwise;
  }

  boolean isList(String arg) {
    return present(arg).isArray();
  }

  /** A list, or a single number as a list of one. */
  int[] ints(String arg) {
    JsonNode value = present(arg);
    return value.isArray() ? Golden.ints(value) : new int[] {value.intValue()};
  }

  /** As {@link #ints}, of fractions. */
  double[] numbers(String arg) {
    JsonNode value = present(arg);
    return value.isArray() ? Golden.doubles(value) : new double[] {value.doubleValue()};
  }

  private JsonNode present(String arg) {
    JsonNode value = args.get(arg);
    if (value == null) {
      throw new IllegalStateException(id + ": no argument " + arg + " in " + args);
    }
    return value;
  }
}
