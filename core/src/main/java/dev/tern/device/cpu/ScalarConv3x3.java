package dev.tern.device.cpu;

import java.util.Arrays;

/**
 * 3x3 convolutions with stride 1 and padding 1 as plain loops over long rows, each in an array of
 * its own.
 */
final class ScalarConv3x3 {
  /** Patches of an image at a time: they stay in the first cache. */
  private static final int POSITIONS = 16;

  private ScalarConv3x3() {}

  static void forward(
      int images,
      int c,
      int h,
      int w,
      int k,
      float[] x,
      int xo,
      float[] weight,
      float[] bias,
      float[] y,
      int yo) {
    int taps = 9 * c;
    int padded = (taps + 3) / 4 * 4;
    int flat = h * w;
    float[][] shifted = Scratch.rows(Scratch.PLANES, padded, flat);
    float[] sum = Scratch.floats(Scratch.RESULT, flat);
    float[] left = new float[padded];
    for (int l = taps; l < padded; l++) {
      Arrays.fill(shifted[l], 0, flat, 0);
    }
    for (int n = 0; n < images; n++) {
      for (int l = 0; l < taps; l++) {
        shift(x, xo + (n * c + l / 9) * flat, h, w, l % 9 / 3 - 1, l % 3 - 1, shifted[l]);
      }
      for (int o = 0; o < k; o++) {
        for (int l = 0; l < taps; l++) {
          left[l] = weight[(o / 8 * taps + l) * 8 + o % 8];
        }
        Arrays.fill(sum, 0, flat, bias[o]);
        for (int l = 0; l < taps; l += 4) {
          addFour(sum, shifted[l], shifted[l + 1], shifted[l + 2], shifted[l + 3], left, l, flat);
        }
        System.arraycopy(sum, 0, y, yo + (n * k + o) * flat, flat);
      }
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

  /** Each output channel's sum of patches, weighted with its dy. */
  static void weightGrad(
      int images,
      int c,
      int h,
      int w,
      int k,
      float[] x,
      int xo,
      float[] dy,
      int dyo,
      float[] dw,
      int dwo) {
    int wp = w + 2;
    int plane = (h + 2) * wp;
    int width = 9 * c;
    float[] bordered = Scratch.floats(Scratch.PLANES, c * plane);
    float[][] patches = Scratch.rows(Scratch.PLANES, POSITIONS, width);
    float[][] sums = Scratch.rows(Scratch.RESULT, k, width);
    float[] left = new float[POSITIONS];
    Arrays.fill(bordered, 0, c * plane, 0);
    for (int o = 0; o < k; o++) {
      Arrays.fill(sums[o], 0, width, 0);
    }
    for (int n = 0; n < images; n++) {
      for (int i = 0; i < c * h; i++) {
        int to = i / h * plane + (i % h + 1) * wp + 1;
        System.arraycopy(x, xo + (n * c * h + i) * w, bordered, to, w);
      }
      for (int first = 0; first < h * w; first += POSITIONS) {
        int count = Math.min(POSITIONS, h * w - first);
        for (int l = 0; l < POSITIONS; l++) {
          int p = Math.min(first + l, h * w - 1);
          patch(bordered, p / w * wp + p % w, wp, plane, c, patches[l]);
        }
        for (int o = 0; o < k; o++) {
          System.arraycopy(dy, dyo + (n * k + o) * h * w + first, left, 0, count);
          Arrays.fill(left, count, POSITIONS, 0);
          for (int l = 0; l < count; l += 4) {
            float[] a = patches[l];
            addFour(sums[o], a, patches[l + 1], patches[l + 2], patches[l + 3], left, l, width);
          }
        }
      }
    }
    for (int o = 0; o < k; o++) {
      System.arraycopy(sums[o], 0, dw, dwo + o * width, width);
    }
  }

  /** What the window at one position sees: 9 elements a channel. */
  private static void patch(float[] x, int at, int wp, int plane, int c, float[] to) {
    for (int i = 0; i < c; i++) {
      for (int r = 0; r < 3; r++) {
        int from = at + i * plane + r * wp;
        int tap = 9 * i + 3 * r;
        to[tap] = x[from];
        to[tap + 1] = x[from + 1];
        to[tap + 2] = x[from + 2];
      }
    }
  }

  /** {@code sum += left[l] b0 + ... + left[l + 3] b3}. */
  private static void addFour(
      float[] sum, float[] b0, float[] b1, float[] b2, float[] b3, float[] left, int l, int n) {
    float a0 = left[l];
    float a1 = left[l + 1];
    float a2 = left[l + 2];
    float a3 = left[l + 3];
    for (int j = 0; j < n; j++) {
      sum[j] =
          Math.fma(
              a0, b0[j], Math.fma(a1, b1[j], Math.fma(a2, b2[j], Math.fma(a3, b3[j], sum[j]))));
    }
  }
}
