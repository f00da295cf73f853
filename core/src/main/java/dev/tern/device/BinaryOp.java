package dev.tern.device;

/** The pointwise functions of two tensors that a device has kernels for. */
public enum BinaryOp {
  /** a + b. */
  ADD,
  /** a - b. */
  SUB,
  /** a b. */
  MUL,
  /** a / b; whole numbers are rounded towards zero. */
  DIV,
  /** a to the power b. */
  POW,
  /** The larger one; NaN if either is. */
  MAX,
  /** The smaller one; NaN if either is. */
  MIN,
  /** The remainder with the divisor's sign, Python's {@code %}. */
  REMAINDER,
  /** a = b, as BOOL. */
  EQ,
  /** a ≠ b, as BOOL. */
  NE,
  /** Whether a is below b, as BOOL. */
  LT,
  /** a ≤ b, as BOOL. */
  LE,
  /** Whether a is above b, as BOOL. */
  GT,
  /** a ≥ b, as BOOL. */
  GE;

  /** Whether the result is BOOL. */
  public boolean isComparison() {
    return ordinal() >= EQ.ordinal();
  }
}
