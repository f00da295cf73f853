package dev.tern.device.cpu;

import java.util.Arrays;

/**
 * The weight gradient of a 3x3 convolution of few input channels as plain loops, in the order of
 * the vector kernel: a sum for each lane, over every so many positions, and the border too where
 * rows are not whole vectors. The sums of an output channel lie in a row, taps by lanes.
 */
final class ScalarConvFew {
  /** Images that are added up before the lanes are. */
  private static final int GROUP = 8;

  private final int lanes;
  private final int c;
  private final int h;
  private final int w;
  private final int k;
  private final int wp;
  private final int plane;
  private final boolean whole;
  private final int ofDy;
  private final int width;
  private final float[] bordered;
  private final float[][] patches;
  private final float[][] factors;
  private final float[][] sums;

  private ScalarConvFew(int lanes, int c, int h, int w, int k) {
    this.lanes = lanes;
    this.c = c;
    this.h = h;
    this.w = w;
    this.k = k;
    wp = w + 2;
    plane = (h + 2) * wp + 2 * lanes;
    whole = w % lanes == 0;
    ofDy = whole ? h * w : plane;
    width = 9 * c * lanes;
    bordered = Scratch.floats(Scratch.PLANES, c * plane);
    patches = Scratch.rows(Scratch.PLANES, 2, width);
    factors = Scratch.rows(Scratch.WEIGHT, 2, width);
    sums = Scratch.rows(Scratch.RESULT, k, width);
  }

  static void weightGrad(int lanes, Planes x, Planes dy, float[] dw, int dwo) {
    int images = x.images();
    int k = dy.channels();
    var few = new ScalarConvFew(lanes, x.channels(), x.h(), x.w(), k);
    Arrays.fill(dw, dwo, dwo + k * few.c * 9, 0);
    for (int n = 0; n < images; n += GROUP) {
      for (int o = 0; o < k; o++) {
        Arrays.fill(few.sums[o], 0, few.width, 0);
      }
      for (int image = n; image < Math.min(images, n + GROUP); image++) {
        few.add(x.elements(), x.at(image, 0), dy.elements(), dy.at(image, 0));
      }
      few.addLanes(dw, dwo);
    }
  }

  /** Adds an image. */
  private void add(float[] x, int xo, float[] dy, int dyo) {
    Arrays.fill(bordered, 0, c * plane, 0);
    copyPlanes(c, x, xo, bordered, wp + 1);
    float[] from = dy;
    int at = dyo;
    if (!whole) {
      from = Scratch.floats(Scratch.TRANSPOSED, k * plane);
      at = 0;
      Arrays.fill(from, 0, k * plane, 0);
      copyPlanes(k, dy, dyo, from, 0);
    }
    int count = whole ? h * w : h * wp;
    for (int p = 0; p < count; p += 2 * lanes) {
      boolean both = p + lanes < count;
      patch(p, patches[0]);
      if (both) {
        patch(p + lanes, patches[1]);
      } else {
        Arrays.fill(patches[1], 0, width, 0);
        Arrays.fill(factors[1], 0, width, -0f); // adds nothing, not even to a zero's sign
      }
      for (int o = 0; o < k; o++) {
        repeat(from, at + o * ofDy + p, factors[0]);
        if (both) {
          repeat(from, at + o * ofDy + p + lanes, factors[1]);
        }
        addTwo(sums[o], patches[0], factors[0], patches[1], factors[1], width);
      }
    }
  }

  private void copyPlanes(int planes, float[] from, int at, float[] to, int first) {
    for (int i = 0; i < planes * h; i++) {
      System.arraycopy(from, at + i * w, to, first + i / h * plane + i % h * wp, w);
    }
  }

  /** What the windows at some positions see: each tap of each channel for all lanes. */
  private void patch(int p, float[] to) {
    int at = whole ? p / w * wp + p % w : p;
    for (int tap = 0; tap < 9 * c; tap++) {
      int from = at + tap / 9 * plane + tap % 9 / 3 * wp + tap % 3;
      System.arraycopy(bordered, from, to, tap * lanes, lanes);
    }
  }

  /** The dy of all lanes for each tap of each channel. */
  private void repeat(float[] dy, int at, float[] to) {
    System.arraycopy(dy, at, to, 0, lanes);
    for (int n = lanes; n < width; n *= 2) {
      System.arraycopy(to, 0, to, n, Math.min(n, width - n));
    }
  }

  private static void addTwo(float[] sum, float[] a, float[] b, float[] c, float[] d, int n) {
    for (int i = 0; i < n; i++) {
      sum[i] = Math.fma(c[i], d[i], Math.fma(a[i], b[i], sum[i]));
    }
  }

  private void addLanes(float[] dw, int dwo) {
    for (int i = 0; i < k * 9 * c; i++) {
      float[] row = sums[i / (9 * c)];
      int at = i % (9 * c) * lanes;
      for (int half = lanes / 2; half > 0; half /= 2) {
        for (int lane = at; lane < at + half; lane++) {
          row[lane] += row[lane + half];
        }
      }
      dw[dwo + i] += row[at];
    }
  }
}
