package dev.tern.device.cpu;

import org.jspecify.annotations.Nullable;

/**
 * FLOAT32 batch normalisation in training, in two passes over {@code [N, C, positions]}: what is
 * summed, then what is written. The sums are taken of blocks, some images of one channel, whose
 * sizes follow from the shape alone, and brought together in one order.
 */
final class Norm {
  /** Elements of a block: they stay in the first cache for a second look. */
  private static final int BLOCK = 4096;

  /** Elements of a task. */
  private static final int TASK = 32_768;

  /**
   * The mean of one row in so many is near that of a block: squares of differences from it lose at
   * most so many units in the last place when they are taken to the block's mean.
   */
  private static final int PART = 16;

  private Norm() {}

  /**
   * What is done with some images' rows of one channel, of which the first begins at {@code at}.
   */
  @FunctionalInterface
  private interface Block {
    void run(int group, int channel, int at, int rows);
  }

  /** What is done with the row of a channel that begins at {@code at}. */
  @FunctionalInterface
  private interface Row {
    void run(int channel, int at);
  }

  private static int images(int n, int positions) {
    return Math.max(1, Math.min(n, BLOCK / Math.max(1, positions)));
  }

  private static int groups(int n, int positions) {
    int images = images(n, positions);
    return (n + images - 1) / images;
  }

  private static void blocks(int n, int c, int positions, Block block) {
    int images = images(n, positions);
    int channels = Math.max(1, Math.min(c, TASK / Math.max(1, images * positions)));
    int perGroup = (c + channels - 1) / channels;
    Team.run(
        groups(n, positions) * perGroup,
        (long) n * c * positions,
        task -> {
          int group = task / perGroup;
          int first = task % perGroup * channels;
          int rows = Math.min(images, n - group * images);
          for (int channel = first; channel < Math.min(c, first + channels); channel++) {
            block.run(group, channel, (group * images * c + channel) * positions, rows);
          }
        });
  }

  private static void rows(int n, int c, int positions, Row row) {
    int rows = Math.max(1, TASK / Math.max(1, positions));
    Team.run(
        (n * c + rows - 1) / rows,
        (long) n * c * positions,
        task -> {
          for (int r = task * rows; r < Math.min(n * c, (task + 1) * rows); r++) {
            row.run(r % c, r * positions);
          }
        });
  }

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
    int step = c * positions;
    int groups = groups(n, positions);
    double[] sums = new double[2 * groups * c]; // of squares, and of differences
    double[] means = new double[groups * c];
    double[] squares = new double[groups * c];
    blocks(
        n,
        c,
        positions,
        (group, channel, at, rows) -> {
          int few = (rows + PART - 1) / PART;
          double sum = Simd.get().sum(x, xo + at, few, step, positions);
          float near = (float) (sum / (few * positions));
          int so = 2 * (group * c + channel);
          Simd.get().sumsOfSquares(x, xo + at, near, rows, step, positions, sums, so);
          double off = sums[so + 1] / (rows * positions);
          means[group * c + channel] = near + off;
          squares[group * c + channel] = Math.max(0, sums[so] - off * sums[so + 1]);
        });
    float[] scale = new float[c];
    float[] shift = new float[c];
    int images = images(n, positions);
    double count = (double) n * positions;
    for (int channel = 0; channel < c; channel++) {
      double sum = 0;
      for (int group = 0; group < groups; group++) {
        sum += means[group * c + channel] * Math.min(images, n - group * images);
      }
      double centre = sum / n;
      double sumOfSquares = 0;
      for (int group = 0; group < groups; group++) {
        double off = means[group * c + channel] - centre;
        double elements = (double) Math.min(images, n - group * images) * positions;
        sumOfSquares += squares[group * c + channel] + elements * off * off;
      }
      double variance = sumOfSquares / count;
      mean[mo + channel] = (float) centre;
      var[vo + channel] = (float) variance;
      double factor = (weight == null ? 1 : weight[wo + channel]) / Math.sqrt(variance + eps);
      scale[channel] = (float) factor;
      shift[channel] = (float) ((bias == null ? 0 : bias[bo + channel]) - centre * factor);
    }
    rows(
        n,
        c,
        positions,
        (channel, at) ->
            Simd.get().affine(x, xo + at, scale[channel], shift[channel], y, yo + at, positions));
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
    int step = c * positions;
    int groups = groups(n, positions);
    double[] sums = new double[2 * groups * c]; // of products with x - mean, and of dy
    blocks(
        n,
        c,
        positions,
        (group, channel, at, rows) -> {
          float centre = mean[mo + channel];
          int so = 2 * (group * c + channel);
          Simd.get()
              .sumsOfProducts(x, xo + at, centre, dy, dyo + at, rows, step, positions, sums, so);
        });
    float[] slope = new float[c];
    float[] shift = new float[c];
    float[] scale = new float[c];
    double count = (double) n * positions;
    for (int channel = 0; channel < c; channel++) {
      double product = 0;
      double sum = 0;
      for (int group = 0; group < groups; group++) {
        product += sums[2 * (group * c + channel)];
        sum += sums[2 * (group * c + channel) + 1];
      }
      double inverse = 1 / Math.sqrt(var[vo + channel] + eps);
      dweight[dwo + channel] = (float) (product * inverse);
      dbias[dbo + channel] = (float) sum;
      slope[channel] = (float) (product * inverse * inverse / count);
      shift[channel] = (float) (sum / count);
      scale[channel] = (float) ((weight == null ? 1 : weight[wo + channel]) * inverse);
    }
    rows(
        n,
        c,
        positions,
        (channel, at) ->
            Simd.get()
                .normGrad(
                    x,
                    xo + at,
                    mean[mo + channel],
                    slope[channel],
                    dy,
                    dyo + at,
                    shift[channel],
                    scale[channel],
                    dx,
                    dxo + at,
                    positions));
  }
}
