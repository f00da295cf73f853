package dev.tern.device.cpu;

import java.util.Arrays;

/**
 * 3x3 convolutions with stride 1 and padding 1 as plain loops over long rows, each in an array of
 * its own. The order of each sum is that of the vector kernels, so both give the same bits.
 */
final class ScalarConv3x3 {
  /** Terms that are added to a row of sums at a time. */
  private static final int TERMS = 4;

  private ScalarConv3x3() {}

  static void forward(Planes x, float[] weight, float[] bias, Planes y) {
    int c = x.channels();
    int taps = 9 * c;
    int flat = x.size();
    float[] sum = Scratch.floats(Scratch.RESULT, flat);
    float[] factors = factors(c);
    for (int n = 0; n < x.images(); n++) {
      float[][] shifted = shifted(c, x.h(), x.w(), x.elements(), x.at(n, 0));
      for (int o = 0; o < y.channels(); o++) {
        for (int l = 0; l < taps; l++) {
          factors[l] = weight[(o / 8 * taps + l) * 8 + o % 8];
        }
        add(shifted, factors, bias[o], sum, flat);
        System.arraycopy(sum, 0, y.elements(), y.at(n, o), flat);
      }
    }
  }

  /** Room for the factors of 9 c taps, and for terms that change nothing behind them. */
  static float[] factors(int c) {
    float[] factors = new float[roundUp(9 * c)];
    Arrays.fill(factors, -0f); // times 0, and added, it leaves even a zero's sign
    return factors;
  }

  private static int roundUp(int taps) {
    return (taps + TERMS - 1) / TERMS * TERMS;
  }

  /** What each tap of an image sees, a row of h w elements a tap, and rows of zeros behind them. */
  static float[][] shifted(int c, int h, int w, float[] x, int xo) {
    int flat = h * w;
    int rows = roundUp(9 * c);
    float[][] shifted = Scratch.rows(Scratch.PLANES, rows, flat);
    for (int l = 0; l < rows; l++) {
      if (l < 9 * c) {
        shift(x, xo + l / 9 * flat, h, w, l % 9 / 3 - 1, l % 3 - 1, shifted[l]);
      } else {
        Arrays.fill(shifted[l], 0, flat, 0);
      }
    }
    return shifted;
  }

  /** {@code sum = bias + factors[0] shifted[0] + ...}. */
  static void add(float[][] shifted, float[] factors, float bias, float[] sum, int flat) {
    Arrays.fill(sum, 0, flat, bias);
    for (int l = 0; l < factors.length; l += TERMS) {
      addFour(sum, shifted[l], shifted[l + 1], shifted[l + 2], shifted[l + 3], factors, l, flat);
    }
  }

  /** A plane moved by one row and one column at most, with zeros where nothing comes in. */
  private static void shift(float[] x, int xo, int h, int w, int down, int right, float[] to) {
    int first = Math.max(0, -right);
    int count = w - Math.abs(right);
    for (int r = 0; r < h; r++) {
      int at = r * w;
      if (r + down < 0 || r + down >= h) {
        Arrays.fill(to, at, at + w, 0);
      } else {
        System.arraycopy(x, xo + (r + down) * w + first + right, to, at + first, count);
        if (right != 0) {
          to[right < 0 ? at : at + w - 1] = 0;
        }
      }
    }
  }

  /** {@code sum += left[l] b0 + ... + left[l + 3] b3}, in this order. */
  static void addFour(
      float[] sum, float[] b0, float[] b1, float[] b2, float[] b3, float[] left, int l, int n) {
    float a0 = left[l];
    float a1 = left[l + 1];
    float a2 = left[l + 2];
    float a3 = left[l + 3];
    for (int j = 0; j < n; j++) {
      sum[j] =
          Math.fma(
              a3, b3[j], Math.fma(a2, b2[j], Math.fma(a1, b1[j], Math.fma(a0, b0[j], sum[j]))));
    }
  }
}
