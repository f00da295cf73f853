package dev.tern.device.cpu.vector;

import dev.tern.device.cpu.Planes;
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

  /** So many output channels at the end are computed one after the other, not as a block. */
  private static final int SINGLES = 3;

  /** The rows of one output channel that are computed at a time. */
  private static final int ROWS = 8;

  private VectorConv3x3() {}

  /** The elements of a bordered plane, with room for the last vectors to read beyond it. */
  static int planeSize(int h, int w) {
    int size = (h + 2) * (w + 2) + 2 * L;
    return (size + L - 1) / L * L;
  }

  static void forward(Planes x, float[] weight, float[] bias, Planes y) {
    int c = x.channels();
    int h = x.h();
    int w = x.w();
    int k = y.channels();
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
    float[] rows = whole ? y.elements() : Scratch.floats(Scratch.RESULT, BLOCK * flat);
    int vectors = flat / L;
    int[] from = new int[vectors];
    for (int v = 0; v < vectors; v++) {
      from[v] = whole ? v * L / w * wp + v * L % w : v * L;
    }
    for (int n = 0; n < x.images(); n++) {
      borderInto(c, h, w, x.elements(), x.at(n, 0), p, wp + 1, plane);
      for (int k0 = 0; k0 < k; k0 += BLOCK) {
        int wo = k0 * taps;
        int valid = Math.min(BLOCK, k - k0);
        int to = whole ? y.at(n, k0) : 0;
        int stored = whole ? valid : BLOCK;
        if (valid <= SINGLES && h >= ROWS && w >= L) {
          for (int j = 0; j < valid; j++) {
            single(c, h, w, p, plane, weight, wo + j, bias[k0 + j], y.elements(), y.at(n, k0 + j));
          }
          continue;
        }
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
            copyRows(h, w, rows, j * flat, wp, y.elements(), y.at(n, k0 + j), w);
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

  /** One output channel. */
  private static void single(
      int c,
      int h,
      int w,
      float[] p,
      int plane,
      float[] weight,
      int wo,
      float bias,
      float[] y,
      int yo) {
    for (int i = 0; i < h; i += ROWS) {
      int row = Math.min(i, h - ROWS);
      for (int j = 0; j < w; j += L) {
        int column = Math.min(j, w - L);
        int from = row * (w + 2) + column;
        rows(p, from, w + 2, plane, c, weight, wo, bias, y, yo + row * w + column, w);
      }
    }
  }

  /** One output channel at a vector of positions in each of 8 rows. */
  private static void rows(
      float[] p,
      int from,
      int wp,
      int plane,
      int c,
      float[] w,
      int wo,
      float bias,
      float[] y,
      int yo,
      int step) {
    FloatVector a0 = FloatVector.broadcast(S, bias);
    FloatVector a1 = a0;
    FloatVector a2 = a0;
    FloatVector a3 = a0;
    FloatVector a4 = a0;
    FloatVector a5 = a0;
    FloatVector a6 = a0;
    FloatVector a7 = a0;
    for (int i = 0; i < c; i++) {
      FloatVector w0 = FloatVector.broadcast(S, w[wo]);
      FloatVector w1 = FloatVector.broadcast(S, w[wo + 8]);
      FloatVector w2 = FloatVector.broadcast(S, w[wo + 16]);
      FloatVector w3 = FloatVector.broadcast(S, w[wo + 24]);
      FloatVector w4 = FloatVector.broadcast(S, w[wo + 32]);
      FloatVector w5 = FloatVector.broadcast(S, w[wo + 40]);
      FloatVector w6 = FloatVector.broadcast(S, w[wo + 48]);
      FloatVector w7 = FloatVector.broadcast(S, w[wo + 56]);
      FloatVector w8 = FloatVector.broadcast(S, w[wo + 64]);
      int at = from;
      FloatVector l = FloatVector.fromArray(S, p, at);
      FloatVector m = FloatVector.fromArray(S, p, at + 1);
      FloatVector r = FloatVector.fromArray(S, p, at + 2);
      a0 = r.fma(w2, m.fma(w1, l.fma(w0, a0)));
      at = from + wp;
      l = FloatVector.fromArray(S, p, at);
      m = FloatVector.fromArray(S, p, at + 1);
      r = FloatVector.fromArray(S, p, at + 2);
      a0 = r.fma(w5, m.fma(w4, l.fma(w3, a0)));
      a1 = r.fma(w2, m.fma(w1, l.fma(w0, a1)));
      at = from + 2 * wp;
      l = FloatVector.fromArray(S, p, at);
      m = FloatVector.fromArray(S, p, at + 1);
      r = FloatVector.fromArray(S, p, at + 2);
      a0 = r.fma(w8, m.fma(w7, l.fma(w6, a0)));
      a1 = r.fma(w5, m.fma(w4, l.fma(w3, a1)));
      a2 = r.fma(w2, m.fma(w1, l.fma(w0, a2)));
      at = from + 3 * wp;
      l = FloatVector.fromArray(S, p, at);
      m = FloatVector.fromArray(S, p, at + 1);
      r = FloatVector.fromArray(S, p, at + 2);
      a1 = r.fma(w8, m.fma(w7, l.fma(w6, a1)));
      a2 = r.fma(w5, m.fma(w4, l.fma(w3, a2)));
      a3 = r.fma(w2, m.fma(w1, l.fma(w0, a3)));
      at = from + 4 * wp;
      l = FloatVector.fromArray(S, p, at);
      m = FloatVector.fromArray(S, p, at + 1);
      r = FloatVector.fromArray(S, p, at + 2);
      a2 = r.fma(w8, m.fma(w7, l.fma(w6, a2)));
      a3 = r.fma(w5, m.fma(w4, l.fma(w3, a3)));
      a4 = r.fma(w2, m.fma(w1, l.fma(w0, a4)));
      at = from + 5 * wp;
      l = FloatVector.fromArray(S, p, at);
      m = FloatVector.fromArray(S, p, at + 1);
      r = FloatVector.fromArray(S, p, at + 2);
      a3 = r.fma(w8, m.fma(w7, l.fma(w6, a3)));
      a4 = r.fma(w5, m.fma(w4, l.fma(w3, a4)));
      a5 = r.fma(w2, m.fma(w1, l.fma(w0, a5)));
      at = from + 6 * wp;
      l = FloatVector.fromArray(S, p, at);
      m = FloatVector.fromArray(S, p, at + 1);
      r = FloatVector.fromArray(S, p, at + 2);
      a4 = r.fma(w8, m.fma(w7, l.fma(w6, a4)));
      a5 = r.fma(w5, m.fma(w4, l.fma(w3, a5)));
      a6 = r.fma(w2, m.fma(w1, l.fma(w0, a6)));
      at = from + 7 * wp;
      l = FloatVector.fromArray(S, p, at);
      m = FloatVector.fromArray(S, p, at + 1);
      r = FloatVector.fromArray(S, p, at + 2);
      a5 = r.fma(w8, m.fma(w7, l.fma(w6, a5)));
      a6 = r.fma(w5, m.fma(w4, l.fma(w3, a6)));
      a7 = r.fma(w2, m.fma(w1, l.fma(w0, a7)));
      at = from + 8 * wp;
      l = FloatVector.fromArray(S, p, at);
      m = FloatVector.fromArray(S, p, at + 1);
      r = FloatVector.fromArray(S, p, at + 2);
      a6 = r.fma(w8, m.fma(w7, l.fma(w6, a6)));
      a7 = r.fma(w5, m.fma(w4, l.fma(w3, a7)));
      at = from + 9 * wp;
      l = FloatVector.fromArray(S, p, at);
      m = FloatVector.fromArray(S, p, at + 1);
      r = FloatVector.fromArray(S, p, at + 2);
      a7 = r.fma(w8, m.fma(w7, l.fma(w6, a7)));
      from += plane;
      wo += 9 * 8;
    }
    a0.intoArray(y, yo);
    yo += step;
    a1.intoArray(y, yo);
    yo += step;
    a2.intoArray(y, yo);
    yo += step;
    a3.intoArray(y, yo);
    yo += step;
    a4.intoArray(y, yo);
    yo += step;
    a5.intoArray(y, yo);
    yo += step;
    a6.intoArray(y, yo);
    yo += step;
    a7.intoArray(y, yo);
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
      copyRows(h, w, from, fo + i * h * w, w, to, first + i * step, w + 2);
    }
  }

  /** Copies rows of w elements. Vectors are faster than a call for each row, which is short. */
  private static void copyRows(
      int rows, int w, float[] from, int fo, int fromStep, float[] to, int at, int toStep) {
    for (int r = 0; r < rows; r++) {
      int source = fo + r * fromStep;
      int target = at + r * toStep;
      if (w < L) {
        System.arraycopy(from, source, to, target, w);
        continue;
      }
      for (int j = 0; j < w; j += L) {
        int first = Math.min(j, w - L);
        FloatVector.fromArray(S, from, source + first).intoArray(to, target + first);
      }
    }
  }
}
