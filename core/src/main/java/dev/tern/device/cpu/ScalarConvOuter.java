package dev.tern.device.cpu;

import java.util.Arrays;

/**
 * The weight gradient of a 3x3 convolution as plain loops: each output channel's sum of patches,
 * weighted with its dy, position after position.
 */
final class ScalarConvOuter {
  /** Patches of an image at a time: they stay in the first cache. */
  private static final int POSITIONS = 16;

  private ScalarConvOuter() {}

  static void weightGrad(Planes x, Planes dy, float[] dw, int dwo) {
    int c = x.channels();
    int h = x.h();
    int w = x.w();
    int k = dy.channels();
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
    for (int n = 0; n < x.images(); n++) {
      for (int i = 0; i < c * h; i++) {
        int to = i / h * plane + (i % h + 1) * wp + 1;
        System.arraycopy(x.elements(), x.at(n, 0) + i * w, bordered, to, w);
      }
      for (int first = 0; first < h * w; first += POSITIONS) {
        int count = Math.min(POSITIONS, h * w - first);
        for (int l = 0; l < POSITIONS; l++) {
          int p = first + l;
          if (l < count) {
            patch(bordered, p / w * wp + p % w, wp, plane, c, patches[l]);
          } else {
            Arrays.fill(patches[l], 0, width, 0);
          }
        }
        for (int o = 0; o < k; o++) {
          System.arraycopy(dy.elements(), dy.at(n, o) + first, left, 0, count);
          Arrays.fill(left, count, POSITIONS, -0f); // adds nothing, not even to a zero's sign
          for (int l = 0; l < count; l += 4) {
            float[] a = patches[l];
            ScalarConv3x3.addFour(
                sums[o], a, patches[l + 1], patches[l + 2], patches[l + 3], left, l, width);
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
}
