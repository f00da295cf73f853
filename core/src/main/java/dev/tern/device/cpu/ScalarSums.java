package dev.tern.device.cpu;

import java.util.Arrays;

/**
 * Sums as the vector kernels work them out, term by term: four partial sums for each lane of a
 * vector, brought into a double every few thousand elements. So both give the same bits.
 */
final class ScalarSums {
  /** What is added up. */
  private enum Terms {
    ELEMENTS,
    DIFFERENCES,
    SQUARES,
    PRODUCTS
  }

  private static final int PARTS = 4;
  private static final int CHUNK = 4096;

  private final int lanes;

  ScalarSums(int lanes) {
    this.lanes = lanes;
  }

  /** {@link Simd#sum}. */
  double sum(float[] x, int xo, int rows, int step, int n) {
    return total(Terms.ELEMENTS, x, xo, 0, x, xo, rows, step, n);
  }

  /** {@link Simd#sumsOfSquares}. */
  void sumsOfSquares(
      float[] x, int xo, float center, int rows, int step, int n, double[] out, int oo) {
    out[oo] = total(Terms.SQUARES, x, xo, center, x, xo, rows, step, n);
    out[oo + 1] = total(Terms.DIFFERENCES, x, xo, center, x, xo, rows, step, n);
  }

  /** {@link Simd#sumsOfProducts}. */
  void sumsOfProducts(
      float[] x,
      int xo,
      float center,
      float[] y,
      int yo,
      int rows,
      int step,
      int n,
      double[] out,
      int oo) {
    out[oo] = total(Terms.PRODUCTS, x, xo, center, y, yo, rows, step, n);
    out[oo + 1] = sum(y, yo, rows, step, n);
  }

  private double total(
      Terms terms, float[] x, int xo, float center, float[] y, int yo, int rows, int step, int n) {
    float[] sums = new float[PARTS * lanes];
    float[] rest = new float[lanes];
    double total = 0;
    int held = 0;
    for (int r = 0; r < rows; r++) {
      for (int from = 0; from < n; from += CHUNK) {
        int at = r * step + from;
        int count = Math.min(CHUNK, n - from);
        chunk(terms, x, xo + at, center, y, yo + at, count, sums, rest);
        held += count;
        if (held >= CHUNK) {
          total += drain(sums, rest);
          held = 0;
        }
      }
    }
    return total + drain(sums, rest);
  }

  private void chunk(
      Terms terms,
      float[] x,
      int xo,
      float center,
      float[] y,
      int yo,
      int n,
      float[] sums,
      float[] rest) {
    int i = 0;
    for (; i <= n - sums.length; i += sums.length) {
      add(terms, x, xo + i, center, y, yo + i, sums.length, sums);
    }
    for (; i <= n - lanes; i += lanes) {
      add(terms, x, xo + i, center, y, yo + i, lanes, sums);
    }
    add(terms, x, xo + i, center, y, yo + i, n - i, rest);
  }

  private static void add(
      Terms terms, float[] x, int xo, float center, float[] y, int yo, int n, float[] sums) {
    switch (terms) {
      case ELEMENTS -> {
        for (int i = 0; i < n; i++) {
          sums[i] += x[xo + i];
        }
      }
      case DIFFERENCES -> {
        for (int i = 0; i < n; i++) {
          sums[i] += x[xo + i] - center;
        }
      }
      case SQUARES -> {
        for (int i = 0; i < n; i++) {
          float centred = x[xo + i] - center;
          sums[i] = Math.fma(centred, centred, sums[i]);
        }
      }
      case PRODUCTS -> {
        for (int i = 0; i < n; i++) {
          sums[i] = Math.fma(x[xo + i] - center, y[yo + i], sums[i]);
        }
      }
    }
  }

  /** The four parts of each lane added up in the first one; the others begin again at zero. */
  private void fold(float[] sums) {
    for (int i = 0; i < lanes; i++) {
      sums[i] = sums[i] + sums[lanes + i] + (sums[2 * lanes + i] + sums[3 * lanes + i]);
    }
    Arrays.fill(sums, lanes, sums.length, 0);
  }

  /** The total of the lanes and of the rest, which all begin again at zero. */
  private float drain(float[] sums, float[] rest) {
    fold(sums);
    for (int i = 0; i < lanes; i++) {
      sums[i] += rest[i];
    }
    float total = halve(sums);
    Arrays.fill(sums, 0, lanes, 0);
    Arrays.fill(rest, 0);
    return total;
  }

  private float halve(float[] sums) {
    for (int half = lanes / 2; half > 0; half /= 2) {
      for (int i = 0; i < half; i++) {
        sums[i] += sums[half + i];
      }
    }
    return sums[0];
  }

  /** {@link Simd#rowProducts}. */
  void rowProducts(
      int rows,
      int n,
      float[] x,
      int xo,
      float[] y,
      int yo,
      float[] out,
      int oo,
      int step,
      boolean accumulate) {
    float[] sums = new float[PARTS * lanes];
    for (int r = 0; r < rows; r++) {
      float before = accumulate ? out[oo + r * step] : 0;
      out[oo + r * step] = before + product(n, x, xo + r * n, y, yo, sums);
    }
  }

  private float product(int n, float[] x, int xo, float[] y, int yo, float[] sums) {
    Arrays.fill(sums, 0);
    int i = 0;
    for (; i <= n - sums.length; i += sums.length) {
      add(Terms.PRODUCTS, x, xo + i, 0, y, yo + i, sums.length, sums);
    }
    for (; i <= n - lanes; i += lanes) {
      add(Terms.PRODUCTS, x, xo + i, 0, y, yo + i, lanes, sums);
    }
    fold(sums);
    float sum = halve(sums);
    for (; i < n; i++) {
      sum = Math.fma(x[xo + i], y[yo + i], sum);
    }
    return sum;
  }
}
