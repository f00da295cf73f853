package dev.tern.device.cpu;

import org.jspecify.annotations.Nullable;

/** FLOAT32 batch normalisation in training, a channel at a time. */
final class Norm {
  private Norm() {}

  static void forward(
      int n,
      int c,
      int positions,
      double eps,
      float[] x,
      int xo,
      float @Nullable [] weight,
      int wo,
      float @Nullable [] bias,
      int bo,
      float[] y,
      int yo,
      float[] mean,
      int mo,
      float[] var,
      int vo) {
    Team.run(
        c,
        (long) n * c * positions,
        channel -> {
          Simd simd = Simd.get();
          double count = (double) n * positions;
          double sum = 0;
          for (int i = 0; i < n; i++) {
            sum += simd.sum(x, xo + (i * c + channel) * positions, positions);
          }
          float centre = (float) (sum / count);
          double squares = 0;
          for (int i = 0; i < n; i++) {
            squares += simd.sumOfSquares(x, xo + (i * c + channel) * positions, centre, positions);
          }
          double off = sum / count - centre; // what rounding the mean to a float left out
          double variance = squares / count - off * off;
          mean[mo + channel] = centre;
          var[vo + channel] = (float) variance;
          double scale = (weight == null ? 1 : weight[wo + channel]) / Math.sqrt(variance + eps);
          double shift = (bias == null ? 0 : bias[bo + channel]) - sum / count * scale;
          for (int i = 0; i < n; i++) {
            int at = (i * c + channel) * positions;
            simd.affine(x, xo + at, (float) scale, (float) shift, y, yo + at, positions);
          }
        });
  }

  /** dx = weight / √(var + eps) (dy - mean(dy) - x̂ mean(dy x̂)). */
  static void grad(
      int n,
      int c,
      int positions,
      double eps,
      float[] x,
      int xo,
      float @Nullable [] weight,
      int wo,
      float[] mean,
      int mo,
      float[] var,
      int vo,
      float[] dy,
      int dyo,
      float[] dx,
      int dxo,
      float[] dweight,
      int dwo,
      float[] dbias,
      int dbo) {
    Team.run(
        c,
        (long) n * c * positions,
        channel -> {
          Simd simd = Simd.get();
          double count = (double) n * positions;
          float centre = mean[mo + channel];
          double sum = 0;
          double products = 0;
          for (int i = 0; i < n; i++) {
            int at = (i * c + channel) * positions;
            sum += simd.sum(dy, dyo + at, positions);
            products += simd.sumOfProducts(x, xo + at, centre, dy, dyo + at, positions);
          }
          double inverse = 1 / Math.sqrt(var[vo + channel] + eps);
          dweight[dwo + channel] = (float) (products * inverse);
          dbias[dbo + channel] = (float) sum;
          double scale = (weight == null ? 1 : weight[wo + channel]) * inverse;
          double slope = products * inverse * inverse / count;
          for (int i = 0; i < n; i++) {
            int at = (i * c + channel) * positions;
            simd.normGrad(
                x,
                xo + at,
                centre,
                (float) slope,
                dy,
                dyo + at,
                (float) (sum / count),
                (float) scale,
                dx,
                dxo + at,
                positions);
          }
        });
  }
}
