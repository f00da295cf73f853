package dev.tern.device.cpu;

/** FLOAT32 log-softmax of rows. */
final class LogSoftmax {
  private LogSoftmax() {}

  static void forward(int rows, int n, float[] x, int xo, float[] y, int yo) {
    for (int r = 0; r < rows; r++) {
      int row = xo + r * n;
      float peak = Simd.get().max(x, row, n);
      float shift = Float.isInfinite(peak) ? 0 : peak;
      double sum = 0;
      for (int i = 0; i < n; i++) {
        sum += Math.exp(x[row + i] - shift);
      }
      double log = shift + Math.log(sum);
      for (int i = 0; i < n; i++) {
        y[yo + r * n + i] = (float) (x[row + i] - log);
      }
    }
  }

  static void grad(int rows, int n, float[] y, int yo, float[] dy, int dyo, float[] dx, int dxo) {
    for (int r = 0; r < rows; r++) {
      double sum = Simd.get().sum(dy, dyo + r * n, n);
      for (int i = r * n; i < (r + 1) * n; i++) {
        dx[dxo + i] = (float) (dy[dyo + i] - Math.exp(y[yo + i]) * sum);
      }
    }
  }
}
