package dev.tern;

import static dev.tern.Gradient.grad;

import dev.tern.shape.DType;

/** Whole parts and remainders, signs, and elements held within limits. */
public sealed interface Rounding permits Tensor {
  private Tensor self() {
    return (Tensor) this;
  }

  /** Rounded towards 0. */
  default Tensor trunc() {
    Tensor x = self();
    Tensor y = x.detach().abs().floor().copysign(x.detach());
    return y.from("trunc", grad(x, Tensor::zerosLike));
  }

  /** What {@link #trunc()} drops. */
  default Tensor frac() {
    return self().sub(trunc());
  }

  /** Rounded to some decimal places, ties to even. */
  default Tensor round(int decimals) {
    double scale = Math.pow(10, Math.abs(decimals));
    Tensor x = self();
    return decimals < 0 ? x.div(scale).round().mul(scale) : x.mul(scale).round().div(scale);
  }

  /** The remainder with the dividend's sign, {@code torch.fmod}, Java's {@code %}. */
  default Tensor fmod(Tensor other) {
    Tensor x = self();
    Tensor y = x.detach().abs().remainder(other.detach().abs()).mul(x.detach().sign());
    return y.from(
        "fmod", grad(x, dy -> dy), grad(other, dy -> dy.mul(x.div(other).trunc()).neg(), x, other));
  }

  /** The remainder by a number with the dividend's sign. */
  default Tensor fmod(double value) {
    return fmod(Numbers.like("fmod", self(), value));
  }

  /** The remainder by a number with the number's sign. */
  default Tensor remainder(double value) {
    return self().remainder(Numbers.like("remainder", self(), value));
  }

  /** x / y rounded down, {@code torch.floor_divide}. */
  default Tensor floorDivide(Tensor other) {
    Tensor x = self().detach();
    Tensor y = other.detach();
    if (!x.dtype().isFloatingPoint()) {
      return x.sub(x.remainder(y)).div(y);
    }
    Tensor rest = x.fmod(y);
    Tensor towardsZero = x.sub(rest).div(y).round();
    Tensor below = rest.ne(0).logicalAnd(rest.lt(0).ne(y.lt(0)));
    Tensor down = towardsZero.sub(below.to(x.dtype()));
    return Tensor.where(y.eq(0), x.div(y), down);
  }

  /** x divided by a number and rounded down. */
  default Tensor floorDivide(double value) {
    return floorDivide(Numbers.like("floorDivide", self(), value));
  }

  // signs and limits

  /** Whether the sign is minus, of -0 too. */
  default Tensor signbit() {
    Tensor x = self().detach();
    return x.dtype().isFloatingPoint()
        ? x.lt(0).maximum(x.eq(0).mul(x.reciprocal().lt(0)))
        : x.lt(0);
  }

  /** x with the sign of y. */
  default Tensor copysign(Tensor other) {
    Tensor x = self();
    Tensor turned = x.detach().signbit().ne(other.detach().signbit());
    return Tensor.where(turned, x.neg(), x);
  }

  /** 0 below 0, 1 above, {@code values} at 0. */
  default Tensor heaviside(Tensor values) {
    Tensor x = self().detach();
    return Tensor.where(x.eq(0), values.detach(), x.sign().clamp(0, 1));
  }

  /** x held from below. */
  default Tensor clampMin(double min) {
    return self().clamp(min, Double.POSITIVE_INFINITY);
  }

  /** x held from above. */
  default Tensor clampMax(double max) {
    return self().clamp(Double.NEGATIVE_INFINITY, max);
  }

  /** x held between two bounds each; gradient 1 on the bounds. */
  default Tensor clamp(Tensor min, Tensor max) {
    return self().clampMin(min).clampMax(max);
  }

  /** x held from below; on the bound x has the gradient. */
  default Tensor clampMin(Tensor min) {
    Tensor x = self();
    Tensor a = x.detach();
    return Tensor.where(a.ge(min.detach()).logicalOr(a.isNaN()), x, min);
  }

  /** x held from above; on the bound x has the gradient. */
  default Tensor clampMax(Tensor max) {
    Tensor x = self();
    Tensor a = x.detach();
    return Tensor.where(a.le(max.detach()).logicalOr(a.isNaN()), x, max);
  }

  /** NaN as 0, infinities as the largest and smallest number there is. */
  default Tensor nanToNum() {
    return nanToNum(0);
  }

  /** NaN as a number, infinities as the largest and smallest number there is. */
  default Tensor nanToNum(double nan) {
    double largest = self().dtype() == DType.FLOAT32 ? Float.MAX_VALUE : Double.MAX_VALUE;
    return nanToNum(nan, largest, -largest);
  }

  /** NaN and the two infinities as numbers; no gradient flows where one was. */
  default Tensor nanToNum(double nan, double positive, double negative) {
    Tensor x = self();
    if (!x.dtype().isFloatingPoint()) {
      return x.copy();
    }
    Tensor found = x.detach();
    return x.maskedFill(found.isNaN(), nan)
        .maskedFill(found.eq(Double.POSITIVE_INFINITY), positive)
        .maskedFill(found.eq(Double.NEGATIVE_INFINITY), negative);
  }
}
