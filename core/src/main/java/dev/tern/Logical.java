package dev.tern;

import dev.tern.device.BinaryOp;
import dev.tern.shape.DType;
import dev.tern.shape.DTypeException;
import dev.tern.shape.Shape;

/** Questions about elements, which are answered with BOOL, and the bits of whole numbers. */
public sealed interface Logical permits Tensor {
  private Tensor self() {
    return (Tensor) this;
  }

  private static Tensor truth(Tensor x) {
    return x.dtype() == DType.BOOL ? x : x.ne(0);
  }

  /** Whether both are true (not 0). */
  default Tensor logicalAnd(Tensor other) {
    return truth(self()).mul(truth(other));
  }

  /** Whether one is true (not 0). */
  default Tensor logicalOr(Tensor other) {
    return truth(self()).maximum(truth(other));
  }

  /** Whether exactly one is true (not 0). */
  default Tensor logicalXor(Tensor other) {
    return truth(self()).ne(truth(other));
  }

  /** Whether an element is 0 (or false). */
  default Tensor logicalNot() {
    return self().eq(0);
  }

  /** Whether an element is not a number. */
  default Tensor isNaN() {
    return self().ne(self());
  }

  /** Whether an element is infinite. */
  default Tensor isInf() {
    Tensor x = self();
    return x.dtype().isFloatingPoint()
        ? x.eq(Double.POSITIVE_INFINITY).maximum(x.eq(Double.NEGATIVE_INFINITY))
        : x.ne(x);
  }

  /** Whether an element is neither infinite nor NaN. */
  default Tensor isFinite() {
    return isNaN().maximum(isInf()).logicalNot();
  }

  /** Whether any element is true (not 0). */
  default Tensor any() {
    return any(false);
  }

  /** Whether any element along some dimensions (all where none is named) is true. */
  default Tensor any(boolean keepDim, int... dims) {
    return truth(self()).sum(keepDim, dims).ne(0);
  }

  /** Whether all elements are true (not 0). */
  default Tensor all() {
    return all(false);
  }

  /** Whether all elements along some dimensions (all where none is named) are true. */
  default Tensor all(boolean keepDim, int... dims) {
    return self().logicalNot().any(keepDim, dims).logicalNot();
  }

  /** Whether shape and all elements are equal, {@code torch.equal}: a NaN equals nothing. */
  default boolean equal(Tensor other) {
    Tensor x = self();
    Tensor.expectSame("equal", x, other);
    return x.shape().equals(other.shape()) && x.ne(other).sum().itemLong() == 0;
  }

  /** As {@link #isclose(Tensor, double, double, boolean)} with PyTorch's 1e-5 and 1e-8. */
  default Tensor isclose(Tensor other) {
    return isclose(other, 1e-5, 1e-8, false);
  }

  /**
   * Whether |x - y| ≤ atol + rtol |y|, or x = y.
   *
   * @param equalNan whether NaN counts as close to NaN
   */
  default Tensor isclose(Tensor other, double rtol, double atol, boolean equalNan) {
    Tensor x = self().detach();
    Tensor y = other.detach();
    Tensor close = x.eq(y);
    if (x.dtype().isFloatingPoint()) {
      Tensor near = x.sub(y).abs().le(y.abs().mul(rtol).add(atol));
      close = close.maximum(near.mul(y.isFinite()).mul(x.isFinite()));
      if (equalNan) {
        close = close.maximum(x.isNaN().mul(y.isNaN()));
      }
    } else {
      Tensor wide = y.to(DType.FLOAT64);
      close = x.to(DType.FLOAT64).isclose(wide, rtol, atol, false);
    }
    return close;
  }

  /** Whether all elements are close, see {@link #isclose(Tensor)}. */
  default boolean allclose(Tensor other) {
    return allclose(other, 1e-5, 1e-8, false);
  }

  /** Whether all elements are close, see {@link #isclose(Tensor, double, double, boolean)}. */
  default boolean allclose(Tensor other, double rtol, double atol, boolean equalNan) {
    return isclose(other, rtol, atol, equalNan).all().itemLong() == 1;
  }

  private Tensor bits(String name, BinaryOp op, Tensor other) {
    Tensor x = self();
    Tensor.expectSame(name, x, other);
    if (x.dtype().isFloatingPoint()) {
      throw new DTypeException(name + ": wants whole numbers or BOOL, got " + x.dtype());
    }
    Tensor y = x.empty(Shape.broadcast(name, x.shape(), other.shape()));
    x.backend().binary(op, x.data(), other.data(), y.data());
    return y;
  }

  /** The bits that both have. */
  default Tensor bitwiseAnd(Tensor other) {
    return bits("bitwiseAnd", BinaryOp.AND, other);
  }

  /** The bits that one has. */
  default Tensor bitwiseOr(Tensor other) {
    return bits("bitwiseOr", BinaryOp.OR, other);
  }

  /** The bits that exactly one has. */
  default Tensor bitwiseXor(Tensor other) {
    return bits("bitwiseXor", BinaryOp.XOR, other);
  }

  /** The bits that it has not; of BOOL, {@link #logicalNot()}. */
  default Tensor bitwiseNot() {
    Tensor x = self();
    return x.dtype() == DType.BOOL ? x.logicalNot() : bitwiseXor(Tensor.fullLike(x.detach(), -1));
  }

  /** The bits moved up by whole numbers of places; 0 where that is not from 0 to 63. */
  default Tensor bitwiseLeftShift(Tensor places) {
    return bits("bitwiseLeftShift", BinaryOp.SHIFT_LEFT, places);
  }

  /** The bits moved down by whole numbers of places, the sign kept. */
  default Tensor bitwiseRightShift(Tensor places) {
    return bits("bitwiseRightShift", BinaryOp.SHIFT_RIGHT, places);
  }
}
