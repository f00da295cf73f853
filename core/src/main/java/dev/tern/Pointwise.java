package dev.tern;

import static dev.tern.Gradient.gradInto;

import dev.tern.device.UnaryOp;
import dev.tern.shape.DTypeException;
import org.jspecify.annotations.Nullable;

/**
 * Functions of each element by itself. The derivative beside each is the one that {@code
 * createGraph} differentiates again; otherwise the backend's own kernel runs.
 */
public sealed interface Pointwise permits Tensor {
  /** dy/dx, written with x or with y, as {@link UnaryOp} says. */
  @FunctionalInterface
  interface Derivative {
    /** The factor that takes dy to dx. */
    Tensor of(Tensor x, Tensor y);
  }

  private Tensor self() {
    return (Tensor) this;
  }

  private Tensor unary(UnaryOp op, double p, double q, @Nullable Derivative derivative) {
    Tensor x = self();
    boolean power = op == UnaryOp.POW && p >= 0 && p == Math.rint(p);
    if (!x.dtype().isFloatingPoint() && !op.takesWholeNumbers() && !power) {
      throw new DTypeException(
          op.label()
              + ": wants a floating-point tensor, got "
              + x.dtype()
              + "; cast with to(DType)");
    }
    Tensor y = x.empty(x.shape());
    x.backend().unary(op, p, q, x.data(), y.data());
    if (derivative == null) {
      return y;
    }
    Tensor readX = op.derivativeReadsInput() ? x : null;
    Tensor readY = op.derivativeReadsOutput() ? y : null;
    return y.from(
        op.label(),
        gradInto(
            x,
            (dy, mine) -> unaryGrad(op, p, q, derivative, readX, readY, dy, mine),
            readX,
            readY));
  }

  @SuppressWarnings("NullAway") // a derivative reads x or y only where it was saved for it
  private static Tensor unaryGrad(
      UnaryOp op,
      double p,
      double q,
      Derivative derivative,
      @Nullable Tensor x,
      @Nullable Tensor y,
      Tensor dy,
      boolean mine) {
    if (Autograd.isEnabled()) {
      return dy.mul(derivative.of(x, y));
    }
    Tensor dense = dy.contiguous(); // a copy is ours as well
    Tensor dx = mine || dense != dy ? dense : dy.empty(dy.shape());
    dy.backend().unaryGrad(op, p, q, Tensor.dataOf(x), Tensor.dataOf(y), dense.data(), dx.data());
    return dx;
  }

  /** -x. */
  default Tensor neg() {
    return unary(UnaryOp.NEG, 0, 0, null).from("neg", gradInto(self(), Arithmetic::negated));
  }

  /** |x|; gradient 0 at 0. */
  default Tensor abs() {
    return unary(UnaryOp.ABS, 0, 0, (x, y) -> x.sign());
  }

  /** A function of steps: its gradient is 0 everywhere. */
  private Tensor steps(UnaryOp op) {
    return unary(op, 0, 0, null).from(op.label(), Gradient.grad(self(), Tensor::zerosLike));
  }

  /** -1, 0 or 1. */
  default Tensor sign() {
    return steps(UnaryOp.SIGN);
  }

  /** Rounded down. */
  default Tensor floor() {
    return steps(UnaryOp.FLOOR);
  }

  /** Rounded up. */
  default Tensor ceil() {
    return steps(UnaryOp.CEIL);
  }

  /** Rounded to the nearest whole number, ties to even. */
  default Tensor round() {
    return steps(UnaryOp.ROUND);
  }

  /** x². */
  default Tensor square() {
    return unary(UnaryOp.SQUARE, 0, 0, (x, y) -> x.mul(2));
  }

  /** √x. */
  default Tensor sqrt() {
    return unary(UnaryOp.SQRT, 0, 0, (x, y) -> y.reciprocal().mul(0.5));
  }

  /** 1 / √x. */
  default Tensor rsqrt() {
    return unary(UnaryOp.RSQRT, 0, 0, (x, y) -> y.pow(3).mul(-0.5));
  }

  /** 1 / x. */
  default Tensor reciprocal() {
    return unary(UnaryOp.RECIPROCAL, 0, 0, (x, y) -> y.square().neg());
  }

  /** eˣ. */
  default Tensor exp() {
    return unary(UnaryOp.EXP, 0, 0, (x, y) -> y);
  }

  /** eˣ - 1. */
  default Tensor expm1() {
    return unary(UnaryOp.EXPM1, 0, 0, (x, y) -> y.add(1));
  }

  /** The natural logarithm. */
  default Tensor log() {
    return unary(UnaryOp.LOG, 0, 0, (x, y) -> x.reciprocal());
  }

  /** ln (1 + x). */
  default Tensor log1p() {
    return unary(UnaryOp.LOG1P, 0, 0, (x, y) -> x.add(1).reciprocal());
  }

  /** The logarithm to base 2. */
  default Tensor log2() {
    return unary(UnaryOp.LOG2, 0, 0, (x, y) -> x.mul(Math.log(2)).reciprocal());
  }

  /** The sine, in radians. */
  default Tensor sin() {
    return unary(UnaryOp.SIN, 0, 0, (x, y) -> x.cos());
  }

  /** The cosine, in radians. */
  default Tensor cos() {
    return unary(UnaryOp.COS, 0, 0, (x, y) -> x.sin().neg());
  }

  /** The arc tangent, in radians. */
  default Tensor atan() {
    return unary(UnaryOp.ATAN, 0, 0, (x, y) -> x.square().add(1).reciprocal());
  }

  /** The hyperbolic tangent. */
  default Tensor tanh() {
    return unary(UnaryOp.TANH, 0, 0, (x, y) -> y.square().rsub(1));
  }

  /** 1 / (1 + e⁻ˣ). */
  default Tensor sigmoid() {
    return unary(UnaryOp.SIGMOID, 0, 0, (x, y) -> y.mul(y.rsub(1)));
  }

  /** The error function. */
  default Tensor erf() {
    return unary(UnaryOp.ERF, 0, 0, (x, y) -> x.square().neg().exp().mul(2 / Math.sqrt(Math.PI)));
  }

  /** max(x, 0); gradient 0 at 0. */
  default Tensor relu() {
    return unary(UnaryOp.RELU, 0, 0, (x, y) -> y.gt(0).to(y.dtype()));
  }

  /** x to a fixed power. */
  default Tensor pow(double exponent) {
    if (exponent == 2) {
      return square();
    }
    return unary(
        UnaryOp.POW,
        exponent,
        0,
        (x, y) -> exponent == 0 ? x.mul(0) : x.pow(exponent - 1).mul(exponent));
  }

  /** x held between two bounds, {@code torch.clamp}; gradient 1 on the bounds. */
  default Tensor clamp(double min, double max) {
    return unary(UnaryOp.CLAMP, min, max, (x, y) -> x.ge(min).mul(x.le(max)).to(x.dtype()));
  }

  /** x held between -1 and 1; gradient 0 on the bounds, as PyTorch has it. */
  default Tensor hardtanh(double min, double max) {
    Tensor x = self();
    Tensor inside = x.detach().gt(min).mul(x.detach().lt(max));
    return Tensor.where(inside, x, x.detach().clamp(min, max));
  }

  /** min(max(x, 0), 6). */
  default Tensor relu6() {
    return hardtanh(0, 6);
  }

  /** x where positive, slope x elsewhere. */
  default Tensor leakyRelu(double slope) {
    return unary(
        UnaryOp.LEAKY_RELU, slope, 0, (x, y) -> x.gt(0).to(x.dtype()).mul(1 - slope).add(slope));
  }

  /** x where positive, alpha (eˣ - 1) elsewhere. */
  default Tensor elu(double alpha) {
    return unary(
        UnaryOp.ELU,
        alpha,
        0,
        (x, y) -> Tensor.where(x.gt(0), x.mul(0).add(1), x.exp().mul(alpha)));
  }

  /** x Φ(x) with the error function. */
  default Tensor gelu() {
    return unary(
        UnaryOp.GELU,
        0,
        0,
        (x, y) ->
            x.mul(Math.sqrt(0.5))
                .erf()
                .add(1)
                .mul(0.5)
                .add(x.mul(x.square().mul(-0.5).exp()).mul(1 / Math.sqrt(2 * Math.PI))));
  }

  /** x Φ(x) by {@code tanh(√(2/π) (x + 0.044715 x³))}. */
  default Tensor geluTanh() {
    double k = Math.sqrt(2 / Math.PI);
    return unary(
        UnaryOp.GELU_TANH,
        0,
        0,
        (x, y) -> {
          Tensor t = x.add(x.pow(3).mul(0.044715)).mul(k).tanh();
          Tensor inner = x.square().mul(3 * 0.044715).add(1).mul(k);
          return t.add(1).add(x.mul(t.square().rsub(1)).mul(inner)).mul(0.5);
        });
  }

  /** x sigmoid(x). */
  default Tensor silu() {
    return unary(
        UnaryOp.SILU,
        0,
        0,
        (x, y) -> {
          Tensor s = x.sigmoid();
          return s.mul(x.mul(s.rsub(1)).add(1));
        });
  }

  /** ln (1 + eˣ). */
  default Tensor softplus() {
    return softplus(1, 20);
  }

  /** ln (1 + e^(beta x)) / beta, x itself where beta x is above the threshold. */
  default Tensor softplus(double beta, double threshold) {
    return unary(
        UnaryOp.SOFTPLUS,
        beta,
        threshold,
        (x, y) -> {
          Tensor z = x.mul(beta);
          return Tensor.where(z.gt(threshold), x.mul(0).add(1), z.sigmoid());
        });
  }

  /** ln sigmoid(x). */
  default Tensor logSigmoid() {
    return unary(UnaryOp.LOG_SIGMOID, 0, 0, (x, y) -> x.neg().sigmoid());
  }

  /** x tanh(softplus(x)). */
  default Tensor mish() {
    return unary(
        UnaryOp.MISH,
        0,
        0,
        (x, y) -> {
          Tensor t = x.softplus().tanh();
          return t.add(x.mul(x.sigmoid()).mul(t.square().rsub(1)));
        });
  }

  /** x / (1 + |x|). */
  default Tensor softsign() {
    return self().div(abs().add(1));
  }
}
