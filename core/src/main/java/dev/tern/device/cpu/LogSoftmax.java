package dev.tern.device.cpu;

import dev.tern.device.UnaryOp;

/** FLOAT32 log-softmax of rows: short ones in double, long ones by the vector kernels. */
final class LogSoftmax {
  /** Rows from here on are long. */
  private static final int LONG = 48;

  private static final int ELEMENTS = 16_384;

  private LogSoftmax() {}

  @FunctionalInterface
  private interface Row {
    void run(int at);
  }

  private static void each(int rows, int n, Row row) {
    int block = Math.max(1, ELEMENTS / Math.max(1, n));
    Team.run(
        (rows + block - 1) / block,
        task -> {
          for (int r = task * block; r < Math.min(rows, (task + 1) * block); r++) {
            row.run(r * n);
          }
        });
  }

  static void forward(int rows, int n, float[] x, int xo, float[] y, int yo) {
    each(
        rows,
        n,
        at -> {
          float peak = Simd.get().max(x, xo + at, n);
          float shift = Float.isInfinite(peak) ? 0 : peak;
          if (n < LONG) {
            forward(n, x, xo + at, shift, y, yo + at);
          } else {
            Simd simd = Simd.get();
            float[] t = Scratch.floats(Scratch.RESULT, n);
            simd.affine(x, xo + at, 1, -shift, t, 0, n);
            simd.unary(UnaryOp.EXP, 0, 0, t, 0, t, 0, n);
            float log = (float) Math.log(simd.sum(t, 0, n));
            simd.affine(x, xo + at, 1, -shift, y, yo + at, n); // shift + log would round off log
            simd.affine(y, yo + at, 1, -log, y, yo + at, n);
          }
        });
  }

  private static void forward(int n, float[] x, int xo, float shift, float[] y, int yo) {
    double sum = 0;
    for (int i = 0; i < n; i++) {
      sum += Math.exp(x[xo + i] - shift);
    }
    double log = shift + Math.log(sum);
    for (int i = 0; i < n; i++) {
      y[yo + i] = (float) (x[xo + i] - log);
    }
  }

  /** {@code dx = dy - exp(y) sum dy}; dx may be dy. */
  static void grad(int rows, int n, float[] y, int yo, float[] dy, int dyo, float[] dx, int dxo) {
    each(
        rows,
        n,
        at -> {
          double sum = Simd.get().sum(dy, dyo + at, n);
          if (n < LONG) {
            for (int i = at; i < at + n; i++) {
              dx[dxo + i] = (float) (dy[dyo + i] - Math.exp(y[yo + i]) * sum);
            }
          } else {
            float[] t = Scratch.floats(Scratch.RESULT, n);
            Simd.get().unary(UnaryOp.EXP, 0, 0, y, yo + at, t, 0, n);
            float factor = (float) -sum;
            for (int i = 0; i < n; i++) {
              dx[dxo + at + i] = Math.fma(factor, t[i], dy[dyo + at + i]);
            }
          }
        });
  }
}
