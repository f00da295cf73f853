package dev.tern.device.cpu;

import dev.tern.device.UnaryOp;
import java.util.function.DoubleUnaryOperator;

/**
 * Every pointwise function beside its derivative, with the derivatives that PyTorch takes at kinks.
 * x is the input, y the output; whichever {@link UnaryOp} does not ask for is not read.
 */
final class UnaryMath {
  private static final double LN_2 = Math.log(2);
  private static final double ROOT_HALF = Math.sqrt(0.5);
  private static final double TWO_OVER_ROOT_PI = 2 / Math.sqrt(Math.PI);
  private static final double ONE_OVER_ROOT_TWO_PI = 1 / Math.sqrt(2 * Math.PI);

  /** A derivative times the gradient dy that comes in. */
  @FunctionalInterface
  interface Derivative {
    double apply(double x, double y, double dy);
  }

  private record Formula(DoubleUnaryOperator f, Derivative df) {}

  private UnaryMath() {}

  static DoubleUnaryOperator function(UnaryOp op, double p, double q) {
    return formula(op, p, q).f;
  }

  static Derivative derivative(UnaryOp op, double p, double q) {
    return formula(op, p, q).df;
  }

  private static Formula formula(UnaryOp op, double p, double q) {
    return switch (op) {
      case NEG -> new Formula(x -> -x, (x, y, dy) -> -dy);
      case ABS -> new Formula(Math::abs, (x, y, dy) -> dy * sign(x));
      case SIGN -> new Formula(UnaryMath::sign, (x, y, dy) -> 0);
      case FLOOR -> new Formula(Math::floor, (x, y, dy) -> 0);
      case CEIL -> new Formula(Math::ceil, (x, y, dy) -> 0);
      case ROUND -> new Formula(Math::rint, (x, y, dy) -> 0);
      case SQUARE -> new Formula(x -> x * x, (x, y, dy) -> dy * 2 * x);
      case SQRT -> new Formula(Math::sqrt, (x, y, dy) -> dy / (2 * y));
      case RSQRT -> new Formula(x -> 1 / Math.sqrt(x), (x, y, dy) -> dy * -0.5 * y * y * y);
      case RECIPROCAL -> new Formula(x -> 1 / x, (x, y, dy) -> -dy * y * y);
      case EXP -> new Formula(Math::exp, (x, y, dy) -> dy * y);
      case EXPM1 -> new Formula(Math::expm1, (x, y, dy) -> dy * (y + 1));
      case LOG -> new Formula(Math::log, (x, y, dy) -> dy / x);
      case LOG1P -> new Formula(Math::log1p, (x, y, dy) -> dy / (x + 1));
      case LOG2 -> new Formula(UnaryMath::log2, (x, y, dy) -> dy / (x * LN_2));
      case SIN -> new Formula(Math::sin, (x, y, dy) -> dy * Math.cos(x));
      case COS -> new Formula(Math::cos, (x, y, dy) -> -dy * Math.sin(x));
      case ATAN -> new Formula(Math::atan, (x, y, dy) -> dy / (x * x + 1));
      case TANH -> new Formula(Math::tanh, (x, y, dy) -> dy * (1 - y * y));
      case SIGMOID -> new Formula(UnaryMath::sigmoid, (x, y, dy) -> dy * (1 - y) * y);
      case ERF -> new Formula(Erf::erf, (x, y, dy) -> dy * TWO_OVER_ROOT_PI * Math.exp(-x * x));
      case RELU -> new Formula(x -> Math.max(x, 0), (x, y, dy) -> y <= 0 ? 0 : dy);
      case POW -> new Formula(x -> pow(x, p), (x, y, dy) -> p == 0 ? 0 : dy * p * pow(x, p - 1));
      case CLAMP ->
          new Formula(x -> Math.min(Math.max(x, p), q), (x, y, dy) -> x >= p && x <= q ? dy : 0);
      case LEAKY_RELU -> new Formula(x -> x > 0 ? x : p * x, (x, y, dy) -> x > 0 ? dy : p * dy);
      case ELU ->
          new Formula(
              x -> x > 0 ? x : p * Math.expm1(x), (x, y, dy) -> x > 0 ? dy : dy * p * Math.exp(x));
      case GELU ->
          new Formula(
              x -> x * phi(x),
              (x, y, dy) -> dy * (phi(x) + x * ONE_OVER_ROOT_TWO_PI * Math.exp(-0.5 * x * x)));
      case GELU_TANH -> // (1 + tanh u) / 2 = sigmoid(2u)
          new Formula(
              x -> x * sigmoid(2 * geluInner(x)),
              (x, y, dy) -> {
                double v = Math.max(-50, Math.min(x, 50)); // the slope is 0 or 1 beyond
                double u = 2 * geluInner(v);
                return dy * sigmoid(u) * (1 + v * sigmoid(-u) * 2 * geluInnerSlope(v));
              });
      case SILU ->
          new Formula(
              x -> x * sigmoid(x), (x, y, dy) -> dy * sigmoid(x) * (1 + x * (1 - sigmoid(x))));
      case SOFTPLUS ->
          new Formula(
              x -> x * p > q ? x : Math.log1p(Math.exp(x * p)) / p,
              (x, y, dy) -> x * p > q ? dy : dy * sigmoid(x * p));
      case LOG_SIGMOID ->
          new Formula(
              x -> Math.min(x, 0) - Math.log1p(Math.exp(-Math.abs(x))),
              (x, y, dy) -> dy * sigmoid(-x));
      case MISH ->
          new Formula(
              x -> x * Math.tanh(softplus(x)),
              (x, y, dy) -> {
                double t = Math.tanh(softplus(x));
                return x > 40 ? dy : dy * (t + x * sigmoid(x) * (1 - t * t));
              });
      case NOT -> new Formula(x -> x == 0 ? 1 : 0, (x, y, dy) -> 0);
    };
  }

  /** -1, 0 or 1; 0 for NaN, as PyTorch has it. */
  private static double sign(double x) {
    return x > 0 ? 1 : x < 0 ? -1 : 0;
  }

  static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
  }

  /** {@code ln (1 + eˣ)}, which is x itself where eˣ would overflow. */
  private static double softplus(double x) {
    return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
  }

  /** The normal distribution's Φ(x). */
  private static double phi(double x) {
    double z = x * ROOT_HALF;
    return z < 0 ? 0.5 * Erf.erfc(-z) : 0.5 * (1 + Erf.erf(z));
  }

  /** {@code √(2/π) (x + 0.044715 x³)}. */
  private static double geluInner(double x) {
    return 2 * ONE_OVER_ROOT_TWO_PI * (x + 0.044715 * x * x * x);
  }

  private static double geluInnerSlope(double x) {
    return 2 * ONE_OVER_ROOT_TWO_PI * (1 + 3 * 0.044715 * x * x);
  }

  /** C's pow, which unlike Java's has 1 to any power and -1 to an infinite one be 1. */
  static double pow(double x, double power) {
    return x == 1 || x == -1 && Double.isInfinite(power) ? 1 : Math.pow(x, power);
  }

  /** Exact for powers of two: the exponent is split off, leaving a number from √½ to √2. */
  private static double log2(double x) {
    int exponent = Math.getExponent(x);
    if (exponent < Double.MIN_EXPONENT || exponent > Double.MAX_EXPONENT || x < 0) {
      return Math.log(x) / LN_2; // 0, subnormal, infinite, NaN, negative
    }
    double fraction = Math.scalb(x, -exponent);
    if (fraction > 2 * ROOT_HALF) {
      fraction /= 2;
      exponent++;
    }
    return exponent + Math.log(fraction) / LN_2;
  }
}
