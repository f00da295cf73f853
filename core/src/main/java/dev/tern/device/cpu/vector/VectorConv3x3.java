package dev.tern.device.cpu.vector;

import dev.tern.device.cpu.Scratch;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * 3x3 convolutions with stride 1 and padding 1 on planes with a border of zeros: a tap is then a
 * shift of the flat plane, so lanes are neighbouring positions and nothing is gathered.
 *
 * <p>Each inner loop is flat, over a table of offsets: accumulators carried through nested loops
 * leave the registers on JDK 17.
 */
final class VectorConv3x3 {
  private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
  private static final int L = S.length();
  private static final int BLOCK = 8;

  private VectorConv3x3() {}

  /** The elements of a bordered plane, with room for the last vectors to read beyond it. */
  static int planeSize(int h, int w) {
    int size = (h + 2) * (w + 2) + 2 * L;
    return (size + L - 1) / L * L;
  }

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
    int wp = w + 2;
    int plane = planeSize(h, w);
    float[] p = Scratch.floats(Scratch.PLANES, c * plane);
    Arrays.fill(p, 0, c * plane, 0);
    int taps = 9 * c;
    int[] offsets = new int[taps];
    for (int i = 0; i < taps; i++) {
      offsets[i] = i / 9 * plane + i % 9 / 3 * wp + i % 3;
    }
    boolean whole = w % L == 0;
    int flat = whole ? h * w : (h * wp + 2 * L - 1) / (2 * L) * (2 * L);
    float[] rows = whole ? y : Scratch.floats(Scratch.RESULT, BLOCK * flat);
    int vectors = flat / L;
    int[] from = new int[vectors];
    for (int v = 0; v < vectors; v++) {
      from[v] = whole ? v * L / w * wp + v * L % w : v * L;
    }
    for (int n = 0; n < images; n++) {
      borderInto(c, h, w, x, xo + n * c * h * w, p, wp + 1, plane);
      for (int k0 = 0; k0 < k; k0 += BLOCK) {
        int wo = k0 * taps;
        int valid = Math.min(BLOCK, k - k0);
        int to = whole ? yo + (n * k + k0) * flat : 0;
        int stored = whole ? valid : BLOCK;
        int v = 0;
        for (; v + 1 < vectors; v += 2) {
          tile(
              p,
              from[v],
              from[v + 1],
              offsets,
              weight,
              wo,
              bias,
              k0,
              rows,
              to + v * L,
              flat,
              stored);
        }
        if (v < vectors) {
          half(p, from[v], offsets, weight, wo, bias, k0, rows, to + v * L, flat, stored);
        }
        if (!whole) {
          for (int j = 0; j < valid; j++) {
            int out = yo + (n * k + k0 + j) * h * w;
            for (int r = 0; r < h; r++) {
              System.arraycopy(rows, j * flat + r * wp, y, out + r * w, w);
            }
          }
        }
      }
    }
  }

  /** 8 output channels at two vectors of positions. */
  private static void tile(
      float[] p,
      int a,
      int b,
      int[] offsets,
      float[] w,
      int wo,
      float[] bias,
      int bo,
      float[] y,
      int yo,
      int stride,
      int valid) {
    FloatVector a0 = FloatVector.broadcast(S, bias[bo]);
    FloatVector a1 = FloatVector.broadcast(S, bias[bo + 1]);
    FloatVector a2 = FloatVector.broadcast(S, bias[bo + 2]);
    FloatVector a3 = FloatVector.broadcast(S, bias[bo + 3]);
    FloatVector a4 = FloatVector.broadcast(S, bias[bo + 4]);
    FloatVector a5 = FloatVector.broadcast(S, bias[bo + 5]);
    FloatVector a6 = FloatVector.broadcast(S, bias[bo + 6]);
    FloatVector a7 = FloatVector.broadcast(S, bias[bo + 7]);
    FloatVector b0 = a0;
    FloatVector b1 = a1;
    FloatVector b2 = a2;
    FloatVector b3 = a3;
    FloatVector b4 = a4;
    FloatVector b5 = a5;
    FloatVector b6 = a6;
    FloatVector b7 = a7;
    for (int i = 0; i < offsets.length; i++) {
      FloatVector xa = FloatVector.fromArray(S, p, a + offsets[i]);
      FloatVector xb = FloatVector.fromArray(S, p, b + offsets[i]);
      int at = wo + i * 8;
      FloatVector w0 = FloatVector.broadcast(S, w[at]);
      a0 = xa.fma(w0, a0);
      b0 = xb.fma(w0, b0);
      FloatVector w1 = FloatVector.broadcast(S, w[at + 1]);
      a1 = xa.fma(w1, a1);
      b1 = xb.fma(w1, b1);
      FloatVector w2 = FloatVector.broadcast(S, w[at + 2]);
      a2 = xa.fma(w2, a2);
      b2 = xb.fma(w2, b2);
      FloatVector w3 = FloatVector.broadcast(S, w[at + 3]);
      a3 = xa.fma(w3, a3);
      b3 = xb.fma(w3, b3);
      FloatVector w4 = FloatVector.broadcast(S, w[at + 4]);
      a4 = xa.fma(w4, a4);
      b4 = xb.fma(w4, b4);
      FloatVector w5 = FloatVector.broadcast(S, w[at + 5]);
      a5 = xa.fma(w5, a5);
      b5 = xb.fma(w5, b5);
      FloatVector w6 = FloatVector.broadcast(S, w[at + 6]);
      a6 = xa.fma(w6, a6);
      b6 = xb.fma(w6, b6);
      FloatVector w7 = FloatVector.broadcast(S, w[at + 7]);
      a7 = xa.fma(w7, a7);
      b7 = xb.fma(w7, b7);
    }
    store(y, yo, stride, valid, a0, a1, a2, a3, a4, a5, a6, a7);
    store(y, yo + L, stride, valid, b0, b1, b2, b3, b4, b5, b6, b7);
  }

  /** 8 output channels at one vector of positions. */
  private static void half(
      float[] p,
      int a,
      int[] offsets,
      float[] w,
      int wo,
      float[] bias,
      int bo,
      float[] y,
      int yo,
      int stride,
      int valid) {
    FloatVector a0 = FloatVector.broadcast(S, bias[bo]);
    FloatVector a1 = FloatVector.broadcast(S, bias[bo + 1]);
    FloatVector a2 = FloatVector.broadcast(S, bias[bo + 2]);
    FloatVector a3 = FloatVector.broadcast(S, bias[bo + 3]);
    FloatVector a4 = FloatVector.broadcast(S, bias[bo + 4]);
    FloatVector a5 = FloatVector.broadcast(S, bias[bo + 5]);
    FloatVector a6 = FloatVector.broadcast(S, bias[bo + 6]);
    FloatVector a7 = FloatVector.broadcast(S, bias[bo + 7]);
    for (int i = 0; i < offsets.length; i++) {
      FloatVector xa = FloatVector.fromArray(S, p, a + offsets[i]);
      int at = wo + i * 8;
      a0 = xa.fma(FloatVector.broadcast(S, w[at]), a0);
      a1 = xa.fma(FloatVector.broadcast(S, w[at + 1]), a1);
      a2 = xa.fma(FloatVector.broadcast(S, w[at + 2]), a2);
      a3 = xa.fma(FloatVector.broadcast(S, w[at + 3]), a3);
      a4 = xa.fma(FloatVector.broadcast(S, w[at + 4]), a4);
      a5 = xa.fma(FloatVector.broadcast(S, w[at + 5]), a5);
      a6 = xa.fma(FloatVector.broadcast(S, w[at + 6]), a6);
      a7 = xa.fma(FloatVector.broadcast(S, w[at + 7]), a7);
    }
    store(y, yo, stride, valid, a0, a1, a2, a3, a4, a5, a6, a7);
  }

  private static void store(
      float[] y,
      int yo,
      int stride,
      int valid,
      FloatVector a0,
      FloatVector a1,
      FloatVector a2,
      FloatVector a3,
      FloatVector a4,
      FloatVector a5,
      FloatVector a6,
      FloatVector a7) {
    a0.intoArray(y, yo);
    if (valid > 1) {
      a1.intoArray(y, yo + stride);
    }
    if (valid > 2) {
      a2.intoArray(y, yo + 2 * stride);
    }
    if (valid > 3) {
      a3.intoArray(y, yo + 3 * stride);
    }
    if (valid > 4) {
      a4.intoArray(y, yo + 4 * stride);
    }
    if (valid > 5) {
      a5.intoArray(y, yo + 5 * stride);
    }
    if (valid > 6) {
      a6.intoArray(y, yo + 6 * stride);
    }
    if (valid > 7) {
      a7.intoArray(y, yo + 7 * stride);
    }
  }

  /** Copies planes into wider ones, row by row; the border is left as it is. */
  static void borderInto(
      int planes, int h, int w, float[] from, int fo, float[] to, int first, int step) {
    for (int i = 0; i < planes; i++) {
      for (int r = 0; r < h; r++) {
        System.arraycopy(from, fo + (i * h + r) * w, to, first + i * step + r * (w + 2), w);
      }
    }
  }
}
