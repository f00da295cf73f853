package dev.tern.device.cpu;

import dev.tern.device.BinaryOp;

/**
 * Comparisons along a row, as 0 or 1; a and b move by their step, 0 or 1. Nothing compares to NaN.
 */
final class Compare {
  private Compare() {}

  static void row(
      BinaryOp op,
      float[] a,
      int ao,
      int as,
      float[] b,
      int bo,
      int bs,
      byte[] out,
      int oo,
      int n) {
    switch (op) {
      case EQ -> {
        for (int i = 0; i < n; i++) {
          out[oo + i] = (byte) (a[ao + i * as] == b[bo + i * bs] ? 1 : 0);
        }
      }
      case NE -> {
        for (int i = 0; i < n; i++) {
          out[oo + i] = (byte) (a[ao + i * as] != b[bo + i * bs] ? 1 : 0);
        }
      }
      case LT -> {
        for (int i = 0; i < n; i++) {
          out[oo + i] = (byte) (a[ao + i * as] < b[bo + i * bs] ? 1 : 0);
        }
      }
      case LE -> {
        for (int i = 0; i < n; i++) {
          out[oo + i] = (byte) (a[ao + i * as] <= b[bo + i * bs] ? 1 : 0);
        }
      }
      case GT -> row(BinaryOp.LT, b, bo, bs, a, ao, as, out, oo, n);
      case GE -> row(BinaryOp.LE, b, bo, bs, a, ao, as, out, oo, n);
      default -> throw new IllegalArgumentException(op + " is no comparison");
    }
  }

  static void row(
      BinaryOp op,
      double[] a,
      int ao,
      int as,
      double[] b,
      int bo,
      int bs,
      byte[] out,
      int oo,
      int n) {
    switch (op) {
      case EQ -> {
        for (int i = 0; i < n; i++) {
          out[oo + i] = (byte) (a[ao + i * as] == b[bo + i * bs] ? 1 : 0);
        }
      }
      case NE -> {
        for (int i = 0; i < n; i++) {
          out[oo + i] = (byte) (a[ao + i * as] != b[bo + i * bs] ? 1 : 0);
        }
      }
      case LT -> {
        for (int i = 0; i < n; i++) {
          out[oo + i] = (byte) (a[ao + i * as] < b[bo + i * bs] ? 1 : 0);
        }
      }
      case LE -> {
        for (int i = 0; i < n; i++) {
          out[oo + i] = (byte) (a[ao + i * as] <= b[bo + i * bs] ? 1 : 0);
        }
      }
      case GT -> row(BinaryOp.LT, b, bo, bs, a, ao, as, out, oo, n);
      case GE -> row(BinaryOp.LE, b, bo, bs, a, ao, as, out, oo, n);
      default -> throw new IllegalArgumentException(op + " is no comparison");
    }
  }

  static void row(
      BinaryOp op, long[] a, int ao, int as, long[] b, int bo, int bs, byte[] out, int oo, int n) {
    switch (op) {
      case EQ -> {
        for (int i = 0; i < n; i++) {
          out[oo + i] = (byte) (a[ao + i * as] == b[bo + i * bs] ? 1 : 0);
        }
      }
      case NE -> {
        for (int i = 0; i < n; i++) {
          out[oo + i] = (byte) (a[ao + i * as] != b[bo + i * bs] ? 1 : 0);
        }
      }
      case LT -> {
        for (int i = 0; i < n; i++) {
          out[oo + i] = (byte) (a[ao + i * as] < b[bo + i * bs] ? 1 : 0);
        }
      }
      case LE -> {
        for (int i = 0; i < n; i++) {
          out[oo + i] = (byte) (a[ao + i * as] <= b[bo + i * bs] ? 1 : 0);
        }
      }
      case GT -> row(BinaryOp.LT, b, bo, bs, a, ao, as, out, oo, n);
      case GE -> row(BinaryOp.LE, b, bo, bs, a, ao, as, out, oo, n);
      default -> throw new IllegalArgumentException(op + " is no comparison");
    }
  }
}
