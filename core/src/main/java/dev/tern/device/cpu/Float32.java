package dev.tern.device.cpu;

import dev.tern.device.BinaryOp;
import dev.tern.device.UnaryOp;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * FLOAT32 pointwise functions and sums, over chunks of a fixed size that the {@link Team} shares
 * out.
 */
final class Float32 {
  private static final int CHUNK = 16384;

  /** So many columns are summed together, where there are, by one task. */
  private static final int COLUMNS = 256;

  private static final float[] NONE = new float[0];

  private Float32() {}

  /** A kernel on some of the elements. */
  @FunctionalInterface
  interface Range {
    void run(int from, int count);
  }

  /** Shares out the elements where there are many. */
  static void chunks(int n, Range range) {
    if (n <= CHUNK) {
      range.run(0, n);
      return;
    }
    Team.run(
        (n + CHUNK - 1) / CHUNK,
        task -> range.run(task * CHUNK, Math.min(CHUNK, n - task * CHUNK)));
  }

  static void unary(UnaryOp op, double p, double q, float[] x, int xo, float[] y, int yo, int n) {
    chunks(
        n,
        (from, count) -> {
          if (!Simd.get().unary(op, (float) p, (float) q, x, xo + from, y, yo + from, count)) {
            var function = UnaryMath.function(op, p, q);
            for (int i = from; i < from + count; i++) {
              y[yo + i] = (float) function.applyAsDouble(x[xo + i]);
            }
          }
        });
  }

  static void unaryGrad(
      UnaryOp op,
      double p,
      double q,
      float @Nullable [] x,
      int xo,
      float @Nullable [] y,
      int yo,
      float[] dy,
      int dyo,
      float[] dx,
      int dxo,
      int n) {
    if (op == UnaryOp.NEG) {
      unary(op, p, q, dy, dyo, dx, dxo, n);
      return;
    }
    float[] z = op.derivativeReadsInput() ? x : y;
    int zo = op.derivativeReadsInput() ? xo : yo;
    float[] read = z == null ? NONE : z;
    chunks(
        n,
        (from, count) -> {
          if (read == NONE
              || !Simd.get()
                  .unaryGrad(
                      op,
                      (float) p,
                      (float) q,
                      read,
                      zo + from,
                      dy,
                      dyo + from,
                      dx,
                      dxo + from,
                      count)) {
            var derivative = UnaryMath.derivative(op, p, q);
            for (int i = from; i < from + count; i++) {
              double value = read == NONE ? 0 : read[zo + i];
              dx[dxo + i] = (float) derivative.apply(value, value, dy[dyo + i]);
            }
          }
        });
  }

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
    chunks(
        n,
        (from, count) -> {
          int af = ao + from * as;
          int bf = bo + from * bs;
          if (!Simd.get().binary(op, a, af, as, b, bf, bs, out, oo + from, count)) {
            for (int i = 0; i < count; i++) {
              out[oo + from + i] = one(op, a[af + i * as], b[bf + i * bs]);
            }
          }
        });
  }

  private static float one(BinaryOp op, float a, float b) {
    return switch (op) {
      case ADD -> a + b;
      case SUB -> a - b;
      case MUL -> a * b;
      case DIV -> a / b;
      case MAX -> Math.max(a, b);
      case MIN -> Math.min(a, b);
      case POW -> (float) Math.pow(a, b);
      case REMAINDER -> {
        float rest = a % b;
        yield rest != 0 && rest < 0 != b < 0 ? rest + b : rest;
      }
      case AND, OR, XOR, SHIFT_LEFT, SHIFT_RIGHT, EQ, NE, LT, LE, GT, GE ->
          throw new IllegalArgumentException(op + " does not give FLOAT32");
    };
  }

  static void affine(float[] x, int xo, float scale, float shift, float[] out, int oo, int n) {
    chunks(
        n, (from, count) -> Simd.get().affine(x, xo + from, scale, shift, out, oo + from, count));
  }

  static void fill(float[] x, int xo, int n, float value) {
    Arrays.fill(x, xo, xo + n, value);
  }

  /** Sums the middle of [outer, n, inner]; in double, in one order. */
  static void sumRows(float[] x, int xo, int outer, int n, int inner, float[] out, int oo) {
    if (inner == 1) {
      int rows = Math.max(1, CHUNK / Math.max(1, n));
      Team.run(
          (outer + rows - 1) / rows,
          task -> {
            for (int o = task * rows; o < Math.min(outer, (task + 1) * rows); o++) {
              out[oo + o] = (float) Simd.get().sum(x, xo + o * n, n);
            }
          });
      return;
    }
    int width = Math.max(COLUMNS, CHUNK / Math.max(1, n));
    int blocks = (inner + width - 1) / width;
    Team.run(
        outer * blocks,
        (long) outer * n * inner,
        task -> {
          int from = task % blocks * width;
          sumBlock(x, xo, task / blocks, n, inner, from, Math.min(width, inner - from), out, oo);
        });
  }

  private static void sumBlock(
      float[] x, int xo, int o, int n, int inner, int from, int count, float[] out, int oo) {
    double[] sums = new double[count];
    for (int r = 0; r < n; r++) {
      int row = xo + (o * n + r) * inner + from;
      for (int i = 0; i < count; i++) {
        sums[i] += x[row + i];
      }
    }
    for (int i = 0; i < count; i++) {
      out[oo + o * inner + from + i] = (float) sums[i];
    }
  }
}
