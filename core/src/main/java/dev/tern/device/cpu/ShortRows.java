package dev.tern.device.cpu;

import dev.tern.device.BinaryOp;

/** FLOAT32 arithmetic along rows too short for {@link Float32} to gain anything. */
final class ShortRows {
  /** Rows shorter than this. */
  static final int LENGTH = 48;

  private ShortRows() {}

  /**
   * Whether the operation is here; the others cost so much an element that the row does not matter.
   */
  static boolean has(BinaryOp op) {
    return op.ordinal() <= BinaryOp.DIV.ordinal();
  }

  /** Along a row; a and b move by their step, 0 or 1. */
  static void binary(
      BinaryOp op,
      float[] a,
      int ao,
      int as,
      float[] b,
      int bo,
      int bs,
      float[] out,
      int oo,
      int n) {
    switch (op) {
      case ADD -> {
        for (int i = 0; i < n; i++) {
          out[oo + i] = a[ao + i * as] + b[bo + i * bs];
        }
      }
      case SUB -> {
        for (int i = 0; i < n; i++) {
          out[oo + i] = a[ao + i * as] - b[bo + i * bs];
        }
      }
      case MUL -> {
        for (int i = 0; i < n; i++) {
          out[oo + i] = a[ao + i * as] * b[bo + i * bs];
        }
      }
      case DIV -> {
        for (int i = 0; i < n; i++) {
          out[oo + i] = a[ao + i * as] / b[bo + i * bs];
        }
      }
      default -> throw new IllegalArgumentException(op + " has no short rows");
    }
  }
}
