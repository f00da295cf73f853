package dev.tern;

import dev.tern.shape.DTypeException;
import dev.tern.shape.Shape;

/** Numbers as the other operand of a tensor. */
final class Numbers {
  private Numbers() {}

  /**
   * Checks that a tensor's element type holds some numbers.
   *
   * @throws DTypeException if it is of whole numbers and one is not whole
   */
  static void expectFit(String op, Tensor x, double... values) {
    if (x.dtype().isFloatingPoint()) {
      return;
    }
    for (double value : values) {
      if (value != Math.rint(value)) {
        throw new DTypeException(
            "%s: %s does not hold %s; cast the tensor with to(DType)"
                .formatted(op, x.dtype(), value));
      }
    }
  }

  /** A number as a tensor that goes with another. */
  static Tensor like(String op, Tensor x, double value) {
    expectFit(op, x, value);
    return x.filled(Shape.of(), value);
  }
}
