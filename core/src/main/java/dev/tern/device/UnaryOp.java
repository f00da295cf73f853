package dev.tern.device;

import java.util.Locale;

/**
 * The pointwise functions of one tensor that a device has kernels for. Some take one or two
 * numbers, p and q. The formulas, each beside its derivative, are the CPU's {@code UnaryMath}.
 */
public enum UnaryOp {
  /** -x. */
  NEG(Reads.NOTHING),
  /** |x|. */
  ABS(Reads.INPUT),
  /** -1, 0 or 1; its derivative is 0. */
  SIGN(Reads.NOTHING),
  /** Rounded down; its derivative is 0. */
  FLOOR(Reads.NOTHING),
  /** Rounded up; its derivative is 0. */
  CEIL(Reads.NOTHING),
  /** Rounded to the nearest, ties to even; its derivative is 0. */
  ROUND(Reads.NOTHING),
  /** x². */
  SQUARE(Reads.INPUT),
  /** √x. */
  SQRT(Reads.OUTPUT),
  /** 1/√x. */
  RSQRT(Reads.OUTPUT),
  /** 1/x. */
  RECIPROCAL(Reads.OUTPUT),
  /** eˣ. */
  EXP(Reads.OUTPUT),
  /** eˣ - 1. */
  EXPM1(Reads.OUTPUT),
  /** ln x. */
  LOG(Reads.INPUT),
  /** ln (1 + x). */
  LOG1P(Reads.INPUT),
  /** log₂ x. */
  LOG2(Reads.INPUT),
  /** sin x. */
  SIN(Reads.INPUT),
  /** cos x. */
  COS(Reads.INPUT),
  /** arctan x. */
  ATAN(Reads.INPUT),
  /** tanh x. */
  TANH(Reads.OUTPUT),
  /** 1 / (1 + e⁻ˣ). */
  SIGMOID(Reads.OUTPUT),
  /** The error function. */
  ERF(Reads.INPUT),
  /** max(x, 0). */
  RELU(Reads.OUTPUT),
  /** x to the power p. */
  POW(Reads.INPUT),
  /** x held between p and q. */
  CLAMP(Reads.INPUT),
  /** x where positive, p x elsewhere. */
  LEAKY_RELU(Reads.INPUT),
  /** x where positive, p (eˣ - 1) elsewhere. */
  ELU(Reads.INPUT),
  /** x Φ(x), exact. */
  GELU(Reads.INPUT),
  /** x Φ(x) by the tanh approximation. */
  GELU_TANH(Reads.INPUT),
  /** x sigmoid(x). */
  SILU(Reads.INPUT),
  /** ln (1 + e^(p x)) / p, x itself where p x is above q. */
  SOFTPLUS(Reads.INPUT),
  /** ln sigmoid(x). */
  LOG_SIGMOID(Reads.INPUT),
  /** x tanh(softplus(x)). */
  MISH(Reads.INPUT),
  /** 1 where x is 0 (false), 0 elsewhere. */
  NOT(Reads.NOTHING);

  private enum Reads {
    NOTHING,
    INPUT,
    OUTPUT
  }

  private final Reads derivative;
  private final String label = name().toLowerCase(Locale.ROOT).replace("_", "");

  UnaryOp(Reads derivative) {
    this.derivative = derivative;
  }

  /** Its name in messages. */
  public String label() {
    return label;
  }

  /** Whether it is defined for whole numbers, with a whole result. */
  public boolean takesWholeNumbers() {
    return switch (this) {
      case NEG, ABS, SIGN, FLOOR, CEIL, ROUND, SQUARE, RELU, CLAMP -> true;
      default -> false;
    };
  }

  /** Whether its derivative is written with the input x. */
  public boolean derivativeReadsInput() {
    return derivative == Reads.INPUT;
  }

  /** Whether its derivative is written with the output y. */
  public boolean derivativeReadsOutput() {
    return derivative == Reads.OUTPUT;
  }
}
