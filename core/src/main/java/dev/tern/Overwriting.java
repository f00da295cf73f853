package dev.tern;

import dev.tern.shape.ShapeException;
import org.jspecify.annotations.Nullable;

/**
 * In-place forms of operations that have no kernel of their own for it: the result is computed and
 * then written over this tensor. See {@link InPlace}.
 */
public sealed interface Overwriting permits Tensor {
  private Tensor self() {
    return (Tensor) this;
  }

  private Tensor become(String name, Gradient.Reader operation) {
    Tensor x = self();
    Tensor before = x.beforeChange(name);
    // the operation's gradient may read what this tensor was
    boolean recorded = Autograd.isEnabled() && before.requiresGrad();
    Tensor y = operation.apply(recorded ? before.copy() : before);
    Tensor.expectSame(name, x, y);
    if (!y.shape().equals(x.shape())) {
      throw new ShapeException(
          "%s: the result would be %s, the shape %s stays".formatted(name, y.shape(), x.shape()));
    }
    x.backend().write(y.data(), x.storage(), x.layout());
    x.storage().changed(name);
    return x.afterChange(name, Gradient.grad(y, dy -> dy));
  }

  /** x = |x|. */
  default Tensor abs_() {
    return become("abs_", Tensor::abs);
  }

  /** x = √x. */
  default Tensor sqrt_() {
    return become("sqrt_", Tensor::sqrt);
  }

  /** x = 1 / √x. */
  default Tensor rsqrt_() {
    return become("rsqrt_", Tensor::rsqrt);
  }

  /** x = 1 / x. */
  default Tensor reciprocal_() {
    return become("reciprocal_", Tensor::reciprocal);
  }

  /** x = x². */
  default Tensor square_() {
    return become("square_", Tensor::square);
  }

  /** x = ln x. */
  default Tensor log_() {
    return become("log_", Tensor::log);
  }

  /** x = sin x. */
  default Tensor sin_() {
    return become("sin_", Tensor::sin);
  }

  /** x = cos x. */
  default Tensor cos_() {
    return become("cos_", Tensor::cos);
  }

  /** Rounded down. */
  default Tensor floor_() {
    return become("floor_", Tensor::floor);
  }

  /** Rounded up. */
  default Tensor ceil_() {
    return become("ceil_", Tensor::ceil);
  }

  /** Rounded to the nearest whole number, ties to even. */
  default Tensor round_() {
    return become("round_", Tensor::round);
  }

  /** x to a fixed power. */
  default Tensor pow_(double exponent) {
    return become("pow_", x -> x.pow(exponent));
  }

  /** x to the power y. */
  default Tensor pow_(Tensor exponent) {
    return become("pow_", x -> x.pow(exponent));
  }

  /** x held from below. */
  default Tensor clampMin_(double min) {
    return become("clampMin_", x -> x.clampMin(min));
  }

  /** x held from above. */
  default Tensor clampMax_(double max) {
    return become("clampMax_", x -> x.clampMax(max));
  }

  /** x += alpha y. */
  default Tensor add_(Tensor other, double alpha) {
    return self().add_(other.mul(alpha));
  }

  /** x -= alpha y. */
  default Tensor sub_(Tensor other, double alpha) {
    return self().sub_(other.mul(alpha));
  }

  /** x += weight (end - x). */
  default Tensor lerp_(Tensor end, double weight) {
    return become("lerp_", x -> x.lerp(end, weight));
  }

  /** x += value a b. */
  default Tensor addcmul_(Tensor a, Tensor b, double value) {
    return self().add_(a.mul(b).mul(value));
  }

  /** x += value a / b. */
  default Tensor addcdiv_(Tensor a, Tensor b, double value) {
    return self().add_(a.div(b).mul(value));
  }

  /** x = the remainder of x / y, with y's sign. */
  default Tensor remainder_(Tensor other) {
    return become("remainder_", x -> x.remainder(other));
  }

  /** NaN as 0, infinities as the largest and smallest number there is. */
  default Tensor nanToNum_() {
    return become("nanToNum_", Tensor::nanToNum);
  }

  /** Zeros above a diagonal. */
  default Tensor tril_(int diagonal) {
    return become("tril_", x -> x.tril(diagonal));
  }

  /** Zeros below a diagonal. */
  default Tensor triu_(int diagonal) {
    return become("triu_", x -> x.triu(diagonal));
  }

  /** One number on the main diagonal of a matrix. */
  default Tensor fillDiagonal_(double value) {
    if (self().rank() != 2) {
      throw new ShapeException("fillDiagonal_: wants a matrix, got " + self().shape());
    }
    self().diagonal().fill_(value);
    return self();
  }

  // by index and by mask

  /** A number wherever the BOOL mask is true. */
  default Tensor maskedFill_(Tensor mask, double value) {
    return become("maskedFill_", x -> x.maskedFill(mask, value));
  }

  /** The first elements of {@code source} wherever the BOOL mask is true. */
  default Tensor maskedScatter_(Tensor mask, Tensor source) {
    return become("maskedScatter_", x -> x.maskedScatter(mask, source));
  }

  /** Values where indices point, Python's {@code x[i, j] = values}. */
  default Tensor indexPut_(@Nullable Tensor[] indices, Tensor values) {
    return indexPut_(indices, values, false);
  }

  /** Values written or added where indices point. */
  default Tensor indexPut_(@Nullable Tensor[] indices, Tensor values, boolean accumulate) {
    return become("indexPut_", x -> x.indexPut(indices, values, accumulate));
  }

  /** A number where indices point, Python's {@code x[mask] = value}. */
  default Tensor indexPut_(@Nullable Tensor[] indices, double value) {
    Tensor x = self();
    return indexPut_(indices, Numbers.like("indexPut_", x, value));
  }

  /** {@code source}'s slices added at the given indices of a dimension. */
  default Tensor indexAdd_(int dim, Tensor index, Tensor source) {
    return become("indexAdd_", x -> x.indexAdd(dim, index, source));
  }

  /** {@code source}'s slices at the given indices of a dimension. */
  default Tensor indexCopy_(int dim, Tensor index, Tensor source) {
    return become("indexCopy_", x -> x.indexCopy(dim, index, source));
  }

  /** A number in the slices that the index names. */
  default Tensor indexFill_(int dim, Tensor index, double value) {
    return become("indexFill_", x -> x.indexFill(dim, index, value));
  }

  /** {@code source}'s elements where the index names. */
  default Tensor scatter_(int dim, Tensor index, Tensor source) {
    return become("scatter_", x -> x.scatter(dim, index, source));
  }

  /** A number where the index names. */
  default Tensor scatter_(int dim, Tensor index, double value) {
    return become("scatter_", x -> x.scatter(dim, index, value));
  }

  /** {@code source} added where the index names. */
  default Tensor scatterAdd_(int dim, Tensor index, Tensor source) {
    return become("scatterAdd_", x -> x.scatterAdd(dim, index, source));
  }
}
