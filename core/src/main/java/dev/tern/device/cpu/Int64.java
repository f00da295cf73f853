package dev.tern.device.cpu;

import dev.tern.device.BinaryOp;
import dev.tern.device.MatmulSpec;
import dev.tern.device.UnaryOp;
import dev.tern.shape.DTypeException;
import java.util.Arrays;
import java.util.function.LongBinaryOperator;
import java.util.function.LongUnaryOperator;

/**
 * The kernels for INT64, by which all whole-number types are computed; too large numbers wrap
 * around.
 */
final class Int64 {
  private Int64() {}

  static void unary(UnaryOp op, double p, double q, long[] x, int xo, long[] y, int yo, int n) {
    LongUnaryOperator f = function(op, p, q);
    for (int i = 0; i < n; i++) {
      y[yo + i] = f.applyAsLong(x[xo + i]);
    }
  }

  private static LongUnaryOperator function(UnaryOp op, double p, double q) {
    return switch (op) {
      case NEG -> x -> -x;
      case ABS -> Math::abs;
      case SIGN -> Long::signum;
      case FLOOR, CEIL, ROUND -> x -> x;
      case SQUARE -> x -> x * x;
      case RELU -> x -> Math.max(x, 0);
      case POW -> x -> pow(x, (long) p);
      case CLAMP -> x -> Math.min(Math.max(x, (long) p), (long) q);
      case NOT -> x -> x == 0 ? 1 : 0;
      default ->
          throw new DTypeException(
              op.label() + " is defined for floating point; got whole numbers, cast first");
    };
  }

  /** Along a row; a and b move by their step, 0 or 1. */
  static void binary(
      BinaryOp op, long[] a, int ao, int as, long[] b, int bo, int bs, long[] out, int oo, int n) {
    LongBinaryOperator f = function(op);
    for (int i = 0; i < n; i++) {
      out[oo + i] = f.applyAsLong(a[ao + i * as], b[bo + i * bs]);
    }
  }

  private static LongBinaryOperator function(BinaryOp op) {
    return switch (op) {
      case ADD -> (a, b) -> a + b;
      case SUB -> (a, b) -> a - b;
      case MUL -> (a, b) -> a * b;
      case DIV -> (a, b) -> a / b;
      case POW -> Int64::pow;
      case MAX -> Math::max;
      case MIN -> Math::min;
      case REMAINDER -> Math::floorMod;
      case AND -> (a, b) -> a & b;
      case OR -> (a, b) -> a | b;
      case XOR -> (a, b) -> a ^ b;
      case SHIFT_LEFT -> (a, b) -> b >= 0 && b < 64 ? a << b : 0;
      case SHIFT_RIGHT -> (a, b) -> a >> (b >= 0 && b < 64 ? b : 63);
      default -> throw new IllegalArgumentException(op + " has a result of another type");
    };
  }

  /** By repeated squaring; 0 for a negative power of anything but 1 and -1. */
  private static long pow(long x, long power) {
    if (power < 0) {
      return x == 1 ? 1 : x == -1 ? (power % 2 == 0 ? 1 : -1) : 0;
    }
    long result = 1;
    for (long left = power; left > 0; left >>= 1) {
      if ((left & 1) == 1) {
        result *= x;
      }
      x *= x;
    }
    return result;
  }

  /**
   * {@code scale x + shift}; in whole numbers where both are whole, else towards zero at the end.
   */
  static void affine(long[] x, int xo, double scale, double shift, long[] out, int oo, int n) {
    if (scale == Math.rint(scale) && shift == Math.rint(shift)) {
      for (int i = 0; i < n; i++) {
        out[oo + i] = x[xo + i] * (long) scale + (long) shift;
      }
    } else {
      for (int i = 0; i < n; i++) {
        out[oo + i] = (long) ((double) x[xo + i] * scale + shift);
      }
    }
  }

  static void matmul(MatmulSpec s, long[] a, int ao, long[] b, int bo, long[] c, int co) {
    int m = s.m();
    int n = s.n();
    int k = s.k();
    Arrays.fill(c, co, co + s.batch() * m * n, 0);
    for (int batch = 0; batch < s.batch(); batch++) {
      int ai = ao + (s.sharedA() ? 0 : batch * m * k);
      int bi = bo + (s.sharedB() ? 0 : batch * k * n);
      for (int i = 0; i < m; i++) {
        for (int l = 0; l < k; l++) {
          long left = a[s.transposeA() ? ai + l * m + i : ai + i * k + l];
          int at = s.transposeB() ? bi + l : bi + l * n;
          int step = s.transposeB() ? k : 1;
          int to = co + (batch * m + i) * n;
          for (int j = 0; j < n; j++) {
            c[to + j] += left * b[at + j * step];
          }
        }
      }
    }
  }
}
