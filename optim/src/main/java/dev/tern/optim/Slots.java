package dev.tern.optim;

import dev.tern.Tensor;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.function.Function;

/** What an optimizer remembers of each parameter: one tensor of its shape, found by identity. */
final class Slots {
  private final Map<Tensor, Tensor> tensors = new IdentityHashMap<>();

  boolean has(Tensor parameter) {
    return tensors.containsKey(parameter);
  }

  /**
   * The tensor, made at the first call, and on the parameter's device and of its type, wherever
   * that is by now.
   */
  Tensor of(Tensor parameter, Function<Tensor, Tensor> make) {
    Tensor tensor = tensors.get(parameter);
    if (tensor == null) {
      tensor = make.apply(parameter);
    }
    Tensor here = tensor.to(parameter.device()).to(parameter.dtype());
    tensors.put(parameter, here);
    return here;
  }

  /** Zeros at the first call. */
  Tensor of(Tensor parameter) {
    return of(parameter, Slots::zeros);
  }

  static Tensor zeros(Tensor like) {
    return Tensor.zeros(like.dtype(), like.shape()).to(like.device());
  }
}
