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
}
