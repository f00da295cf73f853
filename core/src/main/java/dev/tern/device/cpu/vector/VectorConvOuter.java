package dev.tern.device.cpu.vector;

import dev.tern.device.cpu.Planes;
import dev.tern.device.cpu.Scratch;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The weight gradient of a 3x3 convolution whose input channels fill vectors: lanes are input
 * channels, so that a position's contribution is an outer product, dy of 8 output channels by the
 * vectors at the 3 taps of a row. No lanes are added up, and the 24 sums stay in registers for a
 * whole plane.
 */
final class VectorConvOuter {
  private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
  private static final int L = S.length();
  private static final int BLOCK = 8;
  private static final int SUMS = 3 * BLOCK * L;

  private VectorConvOuter() {}

  static void weightGrad(Planes x, Planes dy, float[] dw, int dwo) {
    int c = x.channels();
    int h = x.h();
    int w = x.w();
    int k = dy.channels();
    int wp = w + 2;
    int plane = (h + 2) * wp * L;
    int slices = (c + L - 1) / L;
    int blocks = (k + BLOCK - 1) / BLOCK;
    boolean padded = blocks * BLOCK > k;
    int size = blocks * slices * 3 * SUMS;
    float[] turned = Scratch.floats(Scratch.PLANES, slices * plane);
    float[] sums = Scratch.floats(Scratch.RESULT, size);
    float[] wide =
        padded ? Scratch.floats(Scratch.TRANSPOSED, blocks * BLOCK * h * w) : dy.elements();
    Arrays.fill(turned, 0, slices * plane, 0);
    Arrays.fill(sums, 0, size, 0);
    if (padded) {
      Arrays.fill(wide, k * h * w, blocks * BLOCK * h * w, 0);
    }
    int[] offsets = new int[h * w];
    for (int p = 0; p < h * w; p++) {
      offsets[p] = (p / w * wp + p % w) * L;
    }
    for (int n = 0; n < x.images(); n++) {
      turn(c, h, w, x.elements(), x.at(n, 0), turned, plane);
      int from = dy.at(n, 0);
      if (padded) {
        System.arraycopy(dy.elements(), from, wide, 0, k * h * w);
        from = 0;
      }
      for (int block = 0; block < blocks; block++) {
        for (int slice = 0; slice < slices; slice++) {
          for (int r = 0; r < 3; r++) {
            int to = ((block * slices + slice) * 3 + r) * SUMS;
            int at = slice * plane + r * wp * L;
            outer(turned, at, offsets, wide, from + block * BLOCK * h * w, h * w, sums, to);
          }
        }
      }
    }
    for (int o = 0; o < k; o++) {
      for (int i = 0; i < c; i++) {
        int slice = i / L;
        for (int tap = 0; tap < 9; tap++) {
          int at =
              ((o / BLOCK * slices + slice) * 3 + tap / 3) * SUMS + (o % BLOCK * 3 + tap % 3) * L;
          dw[dwo + (o * c + i) * 9 + tap] = sums[at + i % L];
        }
      }
    }
  }

  /** [c, h, w] to [c / L, h + 2, w + 2, L]; the border is left as it is. */
  private static void turn(int c, int h, int w, float[] x, int xo, float[] to, int plane) {
    for (int i = 0; i < c; i++) {
      for (int r = 0; r < h; r++) {
        int at = i / L * plane + ((r + 1) * (w + 2) + 1) * L + i % L;
        turnRow(x, xo + (i * h + r) * w, to, at, w);
      }
    }
  }

  private static void turnRow(float[] x, int xo, float[] to, int at, int w) {
    for (int j = 0; j < w; j++) {
      to[at + j * L] = x[xo + j];
    }
  }

  private static void outer(
      float[] x, int xo, int[] offsets, float[] dy, int d0, int stride, float[] sums, int so) {
    int d1 = d0 + stride;
    int d2 = d1 + stride;
    int d3 = d2 + stride;
    int d4 = d3 + stride;
    int d5 = d4 + stride;
    int d6 = d5 + stride;
    int d7 = d6 + stride;
    FloatVector a0 = FloatVector.fromArray(S, sums, so);
    FloatVector b0 = FloatVector.fromArray(S, sums, so + L);
    FloatVector c0 = FloatVector.fromArray(S, sums, so + 2 * L);
    FloatVector a1 = FloatVector.fromArray(S, sums, so + 3 * L);
    FloatVector b1 = FloatVector.fromArray(S, sums, so + 4 * L);
    FloatVector c1 = FloatVector.fromArray(S, sums, so + 5 * L);
    FloatVector a2 = FloatVector.fromArray(S, sums, so + 6 * L);
    FloatVector b2 = FloatVector.fromArray(S, sums, so + 7 * L);
    FloatVector c2 = FloatVector.fromArray(S, sums, so + 8 * L);
    FloatVector a3 = FloatVector.fromArray(S, sums, so + 9 * L);
    FloatVector b3 = FloatVector.fromArray(S, sums, so + 10 * L);
    FloatVector c3 = FloatVector.fromArray(S, sums, so + 11 * L);
    FloatVector a4 = FloatVector.fromArray(S, sums, so + 12 * L);
    FloatVector b4 = FloatVector.fromArray(S, sums, so + 13 * L);
    FloatVector c4 = FloatVector.fromArray(S, sums, so + 14 * L);
    FloatVector a5 = FloatVector.fromArray(S, sums, so + 15 * L);
    FloatVector b5 = FloatVector.fromArray(S, sums, so + 16 * L);
    FloatVector c5 = FloatVector.fromArray(S, sums, so + 17 * L);
    FloatVector a6 = FloatVector.fromArray(S, sums, so + 18 * L);
    FloatVector b6 = FloatVector.fromArray(S, sums, so + 19 * L);
    FloatVector c6 = FloatVector.fromArray(S, sums, so + 20 * L);
    FloatVector a7 = FloatVector.fromArray(S, sums, so + 21 * L);
    FloatVector b7 = FloatVector.fromArray(S, sums, so + 22 * L);
    FloatVector c7 = FloatVector.fromArray(S, sums, so + 23 * L);
    for (int p = 0; p < offsets.length; p++) {
      int z = xo + offsets[p];
      FloatVector u = FloatVector.fromArray(S, x, z);
      FloatVector v = FloatVector.fromArray(S, x, z + L);
      FloatVector w = FloatVector.fromArray(S, x, z + 2 * L);
      FloatVector d = FloatVector.broadcast(S, dy[d0 + p]);
      a0 = u.fma(d, a0);
      b0 = v.fma(d, b0);
      c0 = w.fma(d, c0);
      d = FloatVector.broadcast(S, dy[d1 + p]);
      a1 = u.fma(d, a1);
      b1 = v.fma(d, b1);
      c1 = w.fma(d, c1);
      d = FloatVector.broadcast(S, dy[d2 + p]);
      a2 = u.fma(d, a2);
      b2 = v.fma(d, b2);
      c2 = w.fma(d, c2);
      d = FloatVector.broadcast(S, dy[d3 + p]);
      a3 = u.fma(d, a3);
      b3 = v.fma(d, b3);
      c3 = w.fma(d, c3);
      d = FloatVector.broadcast(S, dy[d4 + p]);
      a4 = u.fma(d, a4);
      b4 = v.fma(d, b4);
      c4 = w.fma(d, c4);
      d = FloatVector.broadcast(S, dy[d5 + p]);
      a5 = u.fma(d, a5);
      b5 = v.fma(d, b5);
      c5 = w.fma(d, c5);
      d = FloatVector.broadcast(S, dy[d6 + p]);
      a6 = u.fma(d, a6);
      b6 = v.fma(d, b6);
      c6 = w.fma(d, c6);
      d = FloatVector.broadcast(S, dy[d7 + p]);
      a7 = u.fma(d, a7);
      b7 = v.fma(d, b7);
      c7 = w.fma(d, c7);
    }
    a0.intoArray(sums, so);
    b0.intoArray(sums, so + L);
    c0.intoArray(sums, so + 2 * L);
    a1.intoArray(sums, so + 3 * L);
    b1.intoArray(sums, so + 4 * L);
    c1.intoArray(sums, so + 5 * L);
    a2.intoArray(sums, so + 6 * L);
    b2.intoArray(sums, so + 7 * L);
    c2.intoArray(sums, so + 8 * L);
    a3.intoArray(sums, so + 9 * L);
    b3.intoArray(sums, so + 10 * L);
    c3.intoArray(sums, so + 11 * L);
    a4.intoArray(sums, so + 12 * L);
    b4.intoArray(sums, so + 13 * L);
    c4.intoArray(sums, so + 14 * L);
    a5.intoArray(sums, so + 15 * L);
    b5.intoArray(sums, so + 16 * L);
    c5.intoArray(sums, so + 17 * L);
    a6.intoArray(sums, so + 18 * L);
    b6.intoArray(sums, so + 19 * L);
    c6.intoArray(sums, so + 20 * L);
    a7.intoArray(sums, so + 21 * L);
    b7.intoArray(sums, so + 22 * L);
    c7.intoArray(sums, so + 23 * L);
  }
}
