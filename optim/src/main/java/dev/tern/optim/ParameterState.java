package dev.tern.optim;

import dev.tern.Tensor;
import dev.tern.Tern;
import dev.tern.shape.DType;
import dev.tern.shape.Shape;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an optimizer remembers of one parameter, {@code optimizer.state[p]}: how many steps it took,
 * tensors of its shape, and single numbers, under PyTorch's names.
 */
public final class ParameterState {
  private final Tensor parameter;
  private final Map<String, Tensor> tensors = new LinkedHashMap<>();
  private final Map<String, Float> numbers = new LinkedHashMap<>();
  private long steps;

  ParameterState(Tensor parameter) {
    this.parameter = parameter;
  }

  /** How many steps it took. */
  public long steps() {
    return steps;
  }

  /** Counts one more step; the first is 1. */
  public long nextStep() {
    return ++steps;
  }

  /** Whether there is a tensor of this name. */
  public boolean has(String name) {
    return tensors.containsKey(name);
  }

  /**
   * A tensor of the parameter's shape, full of a value at first; on the parameter's device and of
   * its type, wherever that is by now.
   */
  public Tensor tensor(String name, double initial) {
    Tensor tensor = tensors.get(name);
    if (tensor == null) {
      tensor = Tensor.full(parameter.dtype(), parameter.shape(), initial).to(parameter.device());
    }
    Tensor here = tensor.to(parameter.device()).to(parameter.dtype());
    tensors.put(name, Tern.keep(here));
    return here;
  }

  /** A tensor of the parameter's shape, zeros at first. */
  public Tensor tensor(String name) {
    return tensor(name, 0);
  }

  /** A single number, in FLOAT32 as PyTorch keeps it. */
  float number(String name, float initial) {
    return numbers.getOrDefault(name, initial);
  }

  void setNumber(String name, float value) {
    numbers.put(name, value);
  }

  /** As PyTorch saves it; the steps and numbers are FLOAT32 tensors on the CPU. */
  Map<String, @Nullable Object> toMap(StateForm form) {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    if (form.kinds().containsValue(StateForm.Kind.STEP) && !tensors.isEmpty()) {
      map.put("step", single((float) steps));
    }
    numbers.forEach((name, value) -> map.put(name, single(value)));
    map.putAll(tensors);
    return map;
  }

  /**
   * Takes over copies of saved values.
   *
   * @param faults receives what does not fit
   */
  void load(Map<?, ?> saved, StateForm form, List<String> faults) {
    form.kinds()
        .forEach(
            (name, kind) -> {
              Object value = saved.get(name);
              if (value != null) {
                load(name, kind, value, faults);
              } else if (kind != StateForm.Kind.OPTIONAL_TENSOR) {
                faults.add("no '%s'".formatted(name));
              }
            });
    for (Object name : saved.keySet()) {
      if (!form.kinds().containsKey(String.valueOf(name))) {
        faults.add(
            "unexpected '%s'; expected %s"
                .formatted(name, String.join(", ", form.kinds().keySet())));
      }
    }
  }

  private void load(String name, StateForm.Kind kind, Object value, List<String> faults) {
    if (kind == StateForm.Kind.STEP || kind == StateForm.Kind.NUMBER) {
      double number =
          Settings.plain(value) instanceof Number plain ? plain.doubleValue() : Double.NaN;
      if (kind == StateForm.Kind.NUMBER && !Double.isNaN(number)) {
        numbers.put(name, (float) number);
      } else if (number >= 0 && number == Math.rint(number)) {
        steps = (long) number;
      } else {
        faults.add("'%s' is no number that fits: %s".formatted(name, value));
      }
    } else if (!(value instanceof Tensor tensor) || !tensor.dtype().isFloatingPoint()) {
      faults.add("'%s' is no tensor of floating-point numbers".formatted(name));
    } else if (!tensor.shape().equals(parameter.shape())) {
      faults.add(
          "'%s' has the shape %s, the parameter %s"
              .formatted(name, tensor.shape(), parameter.shape()));
    } else {
      Tensor here = tensor.detach().to(parameter.device()).to(parameter.dtype());
      tensors.put(name, Tern.keep(here.copy()));
    }
  }

  private static Tensor single(float value) {
    return Tensor.full(DType.FLOAT32, Shape.of(), value);
  }
}
