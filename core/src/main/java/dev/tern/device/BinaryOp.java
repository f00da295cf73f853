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
  /** The bits that both whole numbers have. */
  AND,
  /** The bits that one of the whole numbers has. */
  OR,
  /** The bits that exactly one of the whole numbers has. */
  XOR,
  /** a times 2 to the power b, 0 where b is not from 0 to 63. */
  SHIFT_LEFT,
  /** a's bits moved down by b places, its sign alone where b is not from 0 to 63. */
  SHIFT_RIGHT,
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

  /** Whether it is defined for whole numbers and BOOL only. */
  public boolean isBitwise() {
    return ordinal() >= AND.ordinal() && ordinal() <= SHIFT_RIGHT.ordinal();
  }

  /** Whether the result is BOOL. */
  public boolean isComparison() {
    return ordinal() >= EQ.ordinal();
  }
}
