package dev.tern.device.cpu;

import dev.tern.device.BinaryOp;
import dev.tern.device.MatmulSpec;
import dev.tern.device.UnaryOp;
import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The kernels for FLOAT64, which read like the formulas: what the other kernels are tested against.
 */
final class Float64 {
  /** A block of the right matrix, rows by columns: 256 KB, which a core's own cache holds. */
  private static final int BLOCK_K = 64;

  private static final int BLOCK_N = 512;

  private Float64() {}

  static void unary(UnaryOp op, double p, double q, double[] x, int xo, double[] y, int yo, int n) {
    DoubleUnaryOperator f = UnaryMath.function(op, p, q);
    for (int i = 0; i < n; i++) {
      y[yo + i] = f.applyAsDouble(x[xo + i]);
    }
  }

  static void unaryGrad(
      UnaryOp op,
      double p,
      double q,
      double @Nullable [] x,
      int xo,
      double @Nullable [] y,
      int yo,
      double[] dy,
      int dyo,
      double[] dx,
      int dxo,
      int n) {
    UnaryMath.Derivative df = UnaryMath.derivative(op, p, q);
    for (int i = 0; i < n; i++) {
      double in = x == null ? Double.NaN : x[xo + i];
      double out = y == null ? Double.NaN : y[yo + i];
      dx[dxo + i] = df.apply(in, out, dy[dyo + i]);
    }
  }

  /** Along a row; a and b move by their step, 0 or 1. */
  static void binary(
      BinaryOp op,
      double[] a,
      int ao,
      int as,
      double[] b,
      int bo,
      int bs,
      double[] out,
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
      case POW -> {
        for (int i = 0; i < n; i++) {
          out[oo + i] = UnaryMath.pow(a[ao + i * as], b[bo + i * bs]);
        }
      }
      case MAX -> {
        for (int i = 0; i < n; i++) {
          out[oo + i] = Math.max(a[ao + i * as], b[bo + i * bs]);
        }
      }
      case MIN -> {
        for (int i = 0; i < n; i++) {
          out[oo + i] = Math.min(a[ao + i * as], b[bo + i * bs]);
        }
      }
      case REMAINDER -> {
        for (int i = 0; i < n; i++) {
          out[oo + i] = remainder(a[ao + i * as], b[bo + i * bs]);
        }
      }
      default -> throw new IllegalArgumentException(op + " has a result of another type");
    }
  }

  /** The remainder with the divisor's sign. */
  static double remainder(double a, double b) {
    double rest = a % b;
    return rest != 0 && rest < 0 != b < 0 ? rest + b : rest;
  }

  static void affine(double[] x, int xo, double scale, double shift, double[] out, int oo, int n) {
    for (int i = 0; i < n; i++) {
      out[oo + i] = x[xo + i] * scale + shift;
    }
  }

  static void matmul(MatmulSpec s, double[] a, int ao, double[] b, int bo, double[] c, int co) {
    int m = s.m();
    int n = s.n();
    int k = s.k();
    for (int i = 0; i < s.batch(); i++) {
      int ai = ao + (s.sharedA() ? 0 : i * m * k);
      int bi = bo + (s.sharedB() ? 0 : i * k * n);
      product(s.transposeA(), s.transposeB(), m, n, k, a, ai, b, bi, c, co + i * m * n);
    }
  }

  /**
   * {@code c = op(a) op(b)}, block by block of b: a row of c gains a's element times a row of b,
   * again and again.
   */
  private static void product(
      boolean ta,
      boolean tb,
      int m,
      int n,
      int k,
      double[] a,
      int ao,
      double[] b,
      int bo,
      double[] c,
      int co) {
    Arrays.fill(c, co, co + m * n, 0);
    // Each row is an array of its own, all read at one index: only then does the compiler make
    // vectors.
    double[][] block = new double[Math.min(k, BLOCK_K)][Math.min(n, BLOCK_N)];
    double[] row = new double[Math.min(n, BLOCK_N)];
    for (int j0 = 0; j0 < n; j0 += BLOCK_N) {
      int width = Math.min(BLOCK_N, n - j0);
      for (int k0 = 0; k0 < k; k0 += BLOCK_K) {
        int depth = Math.min(BLOCK_K, k - k0);
        for (int r = 0; r < depth; r++) {
          if (tb) {
            for (int j = 0; j < width; j++) {
              block[r][j] = b[bo + (j0 + j) * k + k0 + r];
            }
          } else {
            System.arraycopy(b, bo + (k0 + r) * n + j0, block[r], 0, width);
          }
        }
        for (int i = 0; i < m; i++) {
          int at = ta ? ao + k0 * m + i : ao + i * k + k0;
          int step = ta ? m : 1;
          System.arraycopy(c, co + i * n + j0, row, 0, width);
          int r = 0;
          for (; r + 4 <= depth; r += 4) {
            int first = at + r * step;
            addRows(
                row,
                width,
                a[first],
                block[r],
                a[first + step],
                block[r + 1],
                a[first + 2 * step],
                block[r + 2],
                a[first + 3 * step],
                block[r + 3]);
          }
          for (; r < depth; r++) {
            addRow(row, width, a[at + r * step], block[r]);
          }
          System.arraycopy(row, 0, c, co + i * n + j0, width);
        }
      }
    }
  }

  private static void addRow(double[] c, int n, double a, double[] b) {
    for (int j = 0; j < n; j++) {
      c[j] += a * b[j];
    }
  }

  private static void addRows(
      double[] c,
      int n,
      double a0,
      double[] b0,
      double a1,
      double[] b1,
      double a2,
      double[] b2,
      double a3,
      double[] b3) {
    for (int j = 0; j < n; j++) {
      c[j] = c[j] + a0 * b0[j] + a1 * b1[j] + a2 * b2[j] + a3 * b3[j];
    }
  }
}
