package dev.tern.device.cpu.vector;

import dev.tern.device.cpu.Scratch;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * A 3x3 convolution of few input channels, such as a network's first, with output channels as
 * lanes. The image stays in the plain order: each of its elements is one factor of all lanes.
 */
final class VectorConvFirst {
  private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
  private static final int L = S.length();

  /** Positions beside each other whose sums are in registers. */
  static final int WIDTH = 8;

  private VectorConvFirst() {}

  /** Weights lie as {@code [k / L, c, 9, L]}. */
  static void forward(
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
    int wp = w + 2;
    int plane = (h + 2) * wp;
    float[] p = bordered(c, h, w, x, xo);
    int[] rows = new int[3 * c];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = i / 3 * plane + i % 3 * wp;
    }
    for (int k0 = 0; k0 < k; k0 += L) {
      int to = yo + k0 * h * w;
      for (int r = 0; r < h; r++) {
        for (int j = 0; j < w; j += WIDTH) {
          int at = Math.min(j, w - WIDTH); // the last one may compute some positions again
          eight(p, r * wp + at, rows, weight, k0 * c * 9, bias, k0, y, to + (r * w + at) * L);
        }
      }
    }
  }

  private static float[] bordered(int c, int h, int w, float[] x, int xo) {
    int plane = (h + 2) * (w + 2);
    float[] p = Scratch.floats(Scratch.PLANES, c * plane);
    Arrays.fill(p, 0, c * plane, 0);
    VectorConv3x3.borderInto(c, h, w, x, xo, p, w + 3, plane);
    return p;
  }

  /** 8 positions of a row. */
  private static void eight(
      float[] x,
      int xo,
      int[] rows,
      float[] weight,
      int wo,
      float[] bias,
      int bo,
      float[] y,
      int yo) {
    FloatVector a0 = FloatVector.fromArray(S, bias, bo);
    FloatVector a1 = a0;
    FloatVector a2 = a0;
    FloatVector a3 = a0;
    FloatVector a4 = a0;
    FloatVector a5 = a0;
    FloatVector a6 = a0;
    FloatVector a7 = a0;
    for (int i = 0; i < rows.length; i++) {
      int at = xo + rows[i];
      FloatVector u = FloatVector.fromArray(S, weight, wo + 3 * i * L);
      FloatVector v = FloatVector.fromArray(S, weight, wo + 3 * i * L + L);
      FloatVector w = FloatVector.fromArray(S, weight, wo + 3 * i * L + 2 * L);
      FloatVector b = FloatVector.broadcast(S, x[at]);
      a0 = b.fma(u, a0);
      b = FloatVector.broadcast(S, x[at + 1]);
      a0 = b.fma(v, a0);
      a1 = b.fma(u, a1);
      b = FloatVector.broadcast(S, x[at + 2]);
      a0 = b.fma(w, a0);
      a1 = b.fma(v, a1);
      a2 = b.fma(u, a2);
      b = FloatVector.broadcast(S, x[at + 3]);
      a1 = b.fma(w, a1);
      a2 = b.fma(v, a2);
      a3 = b.fma(u, a3);
      b = FloatVector.broadcast(S, x[at + 4]);
      a2 = b.fma(w, a2);
      a3 = b.fma(v, a3);
      a4 = b.fma(u, a4);
      b = FloatVector.broadcast(S, x[at + 5]);
      a3 = b.fma(w, a3);
      a4 = b.fma(v, a4);
      a5 = b.fma(u, a5);
      b = FloatVector.broadcast(S, x[at + 6]);
      a4 = b.fma(w, a4);
      a5 = b.fma(v, a5);
      a6 = b.fma(u, a6);
      b = FloatVector.broadcast(S, x[at + 7]);
      a5 = b.fma(w, a5);
      a6 = b.fma(v, a6);
      a7 = b.fma(u, a7);
      b = FloatVector.broadcast(S, x[at + 8]);
      a6 = b.fma(w, a6);
      a7 = b.fma(v, a7);
      b = FloatVector.broadcast(S, x[at + 9]);
      a7 = b.fma(w, a7);
    }
    a0.intoArray(y, yo);
    a1.intoArray(y, yo + L);
    a2.intoArray(y, yo + 2 * L);
    a3.intoArray(y, yo + 3 * L);
    a4.intoArray(y, yo + 4 * L);
    a5.intoArray(y, yo + 5 * L);
    a6.intoArray(y, yo + 6 * L);
    a7.intoArray(y, yo + 7 * L);
  }

  /** Adds an image's share to sums that lie as weights do. */
  static void weightGrad(
      int c, int h, int w, int k, float[] x, int xo, float[] dy, int dyo, float[] sums, int so) {
    int wp = w + 2;
    int plane = (h + 2) * wp;
    float[] p = bordered(c, h, w, x, xo);
    for (int k0 = 0; k0 < k; k0 += L) {
      for (int r = 0; r < h; r++) {
        for (int i = 0; i < c; i++) {
          int to = so + (k0 * c + i * L) * 9;
          nineTaps(w, p, i * plane + r * wp, wp, dy, dyo + (k0 * h + r * L) * w, sums, to);
        }
      }
    }
  }

  /** A row's share in the 9 taps of a channel. */
  private static void nineTaps(
      int w, float[] x, int xo, int wp, float[] dy, int dyo, float[] sums, int so) {
    FloatVector a0 = FloatVector.fromArray(S, sums, so);
    FloatVector a1 = FloatVector.fromArray(S, sums, so + L);
    FloatVector a2 = FloatVector.fromArray(S, sums, so + 2 * L);
    FloatVector b0 = FloatVector.fromArray(S, sums, so + 3 * L);
    FloatVector b1 = FloatVector.fromArray(S, sums, so + 4 * L);
    FloatVector b2 = FloatVector.fromArray(S, sums, so + 5 * L);
    FloatVector c0 = FloatVector.fromArray(S, sums, so + 6 * L);
    FloatVector c1 = FloatVector.fromArray(S, sums, so + 7 * L);
    FloatVector c2 = FloatVector.fromArray(S, sums, so + 8 * L);
    for (int j = 0; j < w; j++) {
      FloatVector d = FloatVector.fromArray(S, dy, dyo + j * L);
      int at = xo + j;
      a0 = d.fma(FloatVector.broadcast(S, x[at]), a0);
      a1 = d.fma(FloatVector.broadcast(S, x[at + 1]), a1);
      a2 = d.fma(FloatVector.broadcast(S, x[at + 2]), a2);
      at += wp;
      b0 = d.fma(FloatVector.broadcast(S, x[at]), b0);
      b1 = d.fma(FloatVector.broadcast(S, x[at + 1]), b1);
      b2 = d.fma(FloatVector.broadcast(S, x[at + 2]), b2);
      at += wp;
      c0 = d.fma(FloatVector.broadcast(S, x[at]), c0);
      c1 = d.fma(FloatVector.broadcast(S, x[at + 1]), c1);
      c2 = d.fma(FloatVector.broadcast(S, x[at + 2]), c2);
    }
    a0.intoArray(sums, so);
    a1.intoArray(sums, so + L);
    a2.intoArray(sums, so + 2 * L);
    b0.intoArray(sums, so + 3 * L);
    b1.intoArray(sums, so + 4 * L);
    b2.intoArray(sums, so + 5 * L);
    c0.intoArray(sums, so + 6 * L);
    c1.intoArray(sums, so + 7 * L);
    c2.intoArray(sums, so + 8 * L);
  }
}
