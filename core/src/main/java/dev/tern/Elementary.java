package dev.tern;

import static dev.tern.Gradient.grad;

import dev.tern.shape.DTypeException;

/**
 * Further functions of elements, composed of those of {@link Pointwise} and {@link Arithmetic} by
 * formulas that lose no precision.
 */
public sealed interface Elementary permits Tensor {
  private Tensor self() {
    return (Tensor) this;
  }

  /** A function computed unrecorded, with the derivative of its own. */
  private Tensor with(String name, Gradient.Reader function, Gradient.Reader derivative) {
    Tensor x = self();
    if (!x.dtype().isFloatingPoint()) {
      throw new DTypeException(
          name + ": wants a floating-point tensor, got " + x.dtype() + "; cast with to(DType)");
    }
    return function.apply(x.detach()).from(name, grad(x, dy -> dy.mul(derivative.apply(x)), x));
  }

  // angles and hyperbolic functions

  /** The tangent, in radians. */
  default Tensor tan() {
    return with("tan", x -> x.sin().div(x.cos()), x -> x.cos().square().reciprocal());
  }

  /** The arc sine, in radians. */
  default Tensor asin() {
    return with("asin", x -> x.atan2(x.mul(x).rsub(1).sqrt()), x -> x.square().rsub(1).rsqrt());
  }

  /** The arc cosine, in radians. */
  default Tensor acos() {
    return with(
        "acos",
        x -> x.rsub(1).sqrt().atan2(x.add(1).sqrt()).mul(2),
        x -> x.square().rsub(1).rsqrt().neg());
  }

  /** The hyperbolic sine. */
  default Tensor sinh() {
    return with("sinh", x -> x.expm1().sub(x.neg().expm1()).mul(0.5), Tensor::cosh);
  }

  /** The hyperbolic cosine. */
  default Tensor cosh() {
    return with("cosh", x -> x.exp().add(x.neg().exp()).mul(0.5), Tensor::sinh);
  }

  /** The inverse hyperbolic sine. */
  default Tensor asinh() {
    return with(
        "asinh",
        x -> {
          Tensor a = x.abs(); // ln (a + √(a² + 1)) = ln1p (a + a² / (1 + √(a² + 1)))
          Tensor root = a.hypot(Tensor.fullLike(a, 1));
          Tensor small = a.add(a.div(root.add(1)).mul(a)).log1p();
          Tensor large = a.log().add(Math.log(2)); // where a² would overflow
          return Tensor.where(a.gt(1e10), large, small).copysign(x);
        },
        x -> x.square().add(1).rsqrt());
  }

  /** The inverse hyperbolic cosine. */
  default Tensor acosh() {
    return with(
        "acosh",
        x -> {
          Tensor t = x.sub(1);
          Tensor small = t.add(t.sqrt().mul(x.add(1).sqrt())).log1p();
          return Tensor.where(x.gt(1e10), x.log().add(Math.log(2)), small);
        },
        x -> x.square().sub(1).rsqrt());
  }

  /** The inverse hyperbolic tangent. */
  default Tensor atanh() {
    return with(
        "atanh",
        x -> x.log1p().sub(x.neg().log1p()).mul(0.5),
        x -> x.square().rsub(1).reciprocal());
  }

  /** The angle of the point (other, this) from the positive x axis, from -π to π. */
  default Tensor atan2(Tensor other) {
    Tensor y = self();
    Tensor b = y.detach();
    Tensor a = other.detach();
    Tensor steep = b.abs().gt(a.abs());
    // the angle from the nearer axis has a quotient of at most 1
    Tensor low = Tensor.where(steep, a.abs(), b.abs()); // |tan| = low / high
    Tensor high = Tensor.where(steep, b.abs(), a.abs());
    Tensor quotient = low.div(high);
    quotient = quotient.maskedFill(low.eq(high), 1);
    Tensor angle = quotient.maskedFill(high.eq(0), 0).atan();
    angle = Tensor.where(steep, angle.rsub(Math.PI / 2), angle);
    angle = Tensor.where(a.signbit(), angle.rsub(Math.PI), angle);
    Tensor spoilt = a.isNaN().logicalOr(b.isNaN());
    return angle
        .copysign(b)
        .maskedFill(spoilt, Double.NaN)
        .from(
            "atan2",
            grad(y, dy -> dy.mul(other).div(y.square().add(other.square())), y, other),
            grad(other, dy -> dy.mul(y).div(y.square().add(other.square())).neg(), y, other));
  }

  /** √(x² + y²), without overflow. */
  default Tensor hypot(Tensor other) {
    Tensor x = self();
    Tensor a = x.detach().abs();
    Tensor b = other.detach().abs();
    Tensor high = a.maximum(b);
    Tensor ratio = a.minimum(b).div(high).maskedFill(high.eq(0), 0);
    Tensor y = ratio.square().add(1).sqrt().mul(high);
    Tensor infinite = a.isInf().logicalOr(b.isInf());
    return y.maskedFill(infinite, Double.POSITIVE_INFINITY)
        .from(
            "hypot",
            grad(x, dy -> dy.mul(x).div(x.hypot(other)), x, other),
            grad(other, dy -> dy.mul(other).div(x.hypot(other)), x, other));
  }

  /** Degrees as radians. */
  default Tensor deg2rad() {
    return self().mul(Math.PI / 180);
  }

  /** Radians as degrees. */
  default Tensor rad2deg() {
    return self().mul(180 / Math.PI);
  }

  /** sin(πx) / (πx), 1 at 0. */
  default Tensor sinc() {
    Tensor x = self();
    Tensor zero = x.detach().eq(0);
    Tensor z = x.maskedFill(zero, 1).mul(Math.PI);
    return Tensor.where(zero, x.mul(0).add(1), z.sin().div(z));
  }

  // powers and logarithms

  /** 2 to the power x. */
  default Tensor exp2() {
    return self().mul(Math.log(2)).exp();
  }

  /** The logarithm to base 10. */
  default Tensor log10() {
    return self().log().mul(1 / Math.log(10));
  }

  /** ln (eˣ + eʸ), without overflow. */
  default Tensor logaddexp(Tensor other) {
    Tensor x = self();
    Tensor a = x.detach();
    Tensor b = other.detach();
    Tensor far = a.sub(b).abs().neg().exp().log1p();
    // of two equal infinities the difference is not a number
    Tensor same = a.eq(b).logicalAnd(a.isInf());
    Tensor y = a.maximum(b).add(far.maskedFill(same, 0));
    return y.from(
        "logaddexp",
        grad(x, dy -> dy.mul(shareOf(x, other)), x, other),
        grad(other, dy -> dy.mul(shareOf(other, x)), x, other));
  }

  /** eˣ / (eˣ + eʸ), 0 where both are 0. */
  private static Tensor shareOf(Tensor x, Tensor y) {
    Tensor same = x.detach().eq(y.detach()).logicalAnd(x.detach().isInf());
    Tensor difference = x.sub(y).maskedFill(same, 0);
    return difference.sigmoid();
  }

  /** x ln y, 0 where x is 0 unless y is NaN. */
  default Tensor xlogy(Tensor other) {
    Tensor x = self();
    Tensor y = other;
    Tensor nothing = x.detach().eq(0).logicalAnd(y.detach().isNaN().logicalNot());
    // keeps 0 ln 0 out of the product and of its gradients
    Tensor safe = y.maskedFill(nothing, 1);
    return x.mul(safe.log());
  }

  /** ln (x / (1 - x)), the inverse of {@code sigmoid}. */
  default Tensor logit() {
    Tensor x = self();
    return x.log().sub(x.neg().log1p());
  }

  /** As {@link #logit()} of x held between eps and 1 - eps. */
  default Tensor logit(double eps) {
    return self().clamp(eps, 1 - eps).logit();
  }

  // rounding and division

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
    double largest =
        self().dtype() == dev.tern.shape.DType.FLOAT32 ? Float.MAX_VALUE : Double.MAX_VALUE;
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

  // combinations of three

  /** x + weight (end - x). */
  default Tensor lerp(Tensor end, double weight) {
    Tensor x = self();
    // from the nearer end, so that weight 1 gives it exactly
    return weight < 0.5 ? x.add(end.sub(x).mul(weight)) : end.sub(end.sub(x).mul(1 - weight));
  }

  /** x + weight (end - x), element by element. */
  default Tensor lerp(Tensor end, Tensor weight) {
    Tensor x = self();
    Tensor way = end.sub(x);
    Tensor near = weight.detach().abs().lt(0.5);
    return Tensor.where(near, x.add(way.mul(weight)), end.sub(way.mul(weight.rsub(1))));
  }

  /** x + value a b. */
  default Tensor addcmul(Tensor a, Tensor b, double value) {
    return self().add(a.mul(b).mul(value));
  }

  /** x + value a / b. */
  default Tensor addcdiv(Tensor a, Tensor b, double value) {
    return self().add(a.div(b).mul(value));
  }

  /** x + alpha y. */
  default Tensor add(Tensor other, double alpha) {
    return self().add(other.mul(alpha));
  }

  /** x - alpha y. */
  default Tensor sub(Tensor other, double alpha) {
    return self().sub(other.mul(alpha));
  }

  /** A number to the power x. */
  default Tensor rpow(double base) {
    return Numbers.like("rpow", self(), base).pow(self());
  }

  /** A number divided by x. */
  default Tensor rdiv(double value) {
    return Numbers.like("rdiv", self(), value).div(self());
  }
}
