package dev.tern.optim;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What an optimizer remembers of a parameter, under PyTorch's names: an immutable value. A saved
 * state is checked against it.
 */
public final class StateForm {
  enum Kind {
    /** A number of steps. */
    STEP,
    /** A single number. */
    NUMBER,
    /** A tensor of the parameter's shape. */
    TENSOR,
    /** One that may be missing. */
    OPTIONAL_TENSOR
  }

  private final Map<String, Kind> kinds;

  private StateForm(Map<String, Kind> kinds) {
    this.kinds = kinds;
  }

  /** Nothing yet. */
  public static StateForm none() {
    return new StateForm(Map.of());
  }

  private StateForm plus(Kind kind, String... names) {
    Map<String, Kind> more = new LinkedHashMap<>(kinds);
    for (String name : names) {
      more.put(name, kind);
    }
    return new StateForm(more);
  }

  /** With the number of steps, {@code step}. */
  public StateForm step() {
    return plus(Kind.STEP, "step");
  }

  /** With tensors of the parameter's shape. */
  public StateForm tensors(String... names) {
    return plus(Kind.TENSOR, names);
  }

  /** With tensors of the parameter's shape that some settings do without. */
  public StateForm optional(String... names) {
    return plus(Kind.OPTIONAL_TENSOR, names);
  }

  StateForm number(String name) {
    return plus(Kind.NUMBER, name);
  }

  Map<String, Kind> kinds() {
    return kinds;
  }
}
