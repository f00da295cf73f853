package dev.tern.device.cpu.vector;

import dev.tern.device.cpu.WinogradKernels;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The 36 matrix products of Winograd's convolution. Each operand of one of them fits a cache and
 * has whole vectors, so nothing is packed and there are no edges: register tiles of 8 rows by two
 * vectors, or by one where registers are few or vectors odd.
 */
final class VectorWinogradProduct {
  private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
  private static final int L = S.length();

  /** 16 sums and what they need beside them are more than AVX2's 16 registers. */
  private static final boolean PAIRS = L == 16;

  /** The rows of a register tile. */
  static final int ROWS = 8;

  private VectorWinogradProduct() {}

  /**
   * @param in the input channels
   * @param step how far apart the rows of v are
   */
  static void product(int tiles, int in, int step, int out, float[] v, float[] u, float[] m) {
    int rows = (tiles + ROWS - 1) / ROWS * ROWS;
    int ofV = WinogradKernels.stride(rows * step);
    int ofU = WinogradKernels.stride(step * out);
    int ofM = WinogradKernels.stride(rows * out);
    for (int f = 0; f < WinogradKernels.PRODUCTS; f++) {
      int k = 0;
      for (; PAIRS && k + 2 * L <= out; k += 2 * L) {
        for (int t = 0; t < rows; t += ROWS) {
          rowsByTwo(v, f * ofV + t * step, step, in, u, f * ofU + k, out, m, f * ofM + t * out + k);
        }
      }
      for (; k < out; k += L) {
        for (int t = 0; t < rows; t += ROWS) {
          rowsByOne(v, f * ofV + t * step, step, in, u, f * ofU + k, out, m, f * ofM + t * out + k);
        }
      }
    }
  }

  static void outer(int tiles, int k, int c, float[] z, float[] v, float[] d) {
    int rows = (tiles + ROWS - 1) / ROWS * ROWS;
    int ofZ = WinogradKernels.stride(rows * k);
    int ofV = WinogradKernels.stride(rows * c);
    int ofD = WinogradKernels.stride(k * c);
    for (int f = 0; f < WinogradKernels.PRODUCTS; f++) {
      for (int o = 0; o < k; o += ROWS) {
        int i = 0;
        for (; PAIRS && i + 2 * L <= c; i += 2 * L) {
          outerByTwo(tiles, z, f * ofZ + o, k, v, f * ofV + i, c, d, f * ofD + o * c + i);
        }
        for (; i < c; i += L) {
          outerByOne(tiles, z, f * ofZ + o, k, v, f * ofV + i, c, d, f * ofD + o * c + i);
        }
      }
    }
  }

  private static void rowsByTwo(
      float[] v, int vo, int step, int in, float[] u, int uo, int out, float[] m, int mo) {
    int v1 = vo + step;
    int v2 = v1 + step;
    int v3 = v2 + step;
    int v4 = v3 + step;
    int v5 = v4 + step;
    int v6 = v5 + step;
    int v7 = v6 + step;
    FloatVector a0 = FloatVector.zero(S);
    FloatVector b0 = a0;
    FloatVector a1 = a0;
    FloatVector b1 = a0;
    FloatVector a2 = a0;
    FloatVector b2 = a0;
    FloatVector a3 = a0;
    FloatVector b3 = a0;
    FloatVector a4 = a0;
    FloatVector b4 = a0;
    FloatVector a5 = a0;
    FloatVector b5 = a0;
    FloatVector a6 = a0;
    FloatVector b6 = a0;
    FloatVector a7 = a0;
    FloatVector b7 = a0;
    for (int c = 0; c < in; c++) {
      FloatVector w0 = FloatVector.fromArray(S, u, uo + c * out);
      FloatVector w1 = FloatVector.fromArray(S, u, uo + c * out + L);
      FloatVector x = FloatVector.broadcast(S, v[vo + c]);
      a0 = w0.fma(x, a0);
      b0 = w1.fma(x, b0);
      x = FloatVector.broadcast(S, v[v1 + c]);
      a1 = w0.fma(x, a1);
      b1 = w1.fma(x, b1);
      x = FloatVector.broadcast(S, v[v2 + c]);
      a2 = w0.fma(x, a2);
      b2 = w1.fma(x, b2);
      x = FloatVector.broadcast(S, v[v3 + c]);
      a3 = w0.fma(x, a3);
      b3 = w1.fma(x, b3);
      x = FloatVector.broadcast(S, v[v4 + c]);
      a4 = w0.fma(x, a4);
      b4 = w1.fma(x, b4);
      x = FloatVector.broadcast(S, v[v5 + c]);
      a5 = w0.fma(x, a5);
      b5 = w1.fma(x, b5);
      x = FloatVector.broadcast(S, v[v6 + c]);
      a6 = w0.fma(x, a6);
      b6 = w1.fma(x, b6);
      x = FloatVector.broadcast(S, v[v7 + c]);
      a7 = w0.fma(x, a7);
      b7 = w1.fma(x, b7);
    }
    int to = mo;
    a0.intoArray(m, to);
    b0.intoArray(m, to + L);
    to += out;
    a1.intoArray(m, to);
    b1.intoArray(m, to + L);
    to += out;
    a2.intoArray(m, to);
    b2.intoArray(m, to + L);
    to += out;
    a3.intoArray(m, to);
    b3.intoArray(m, to + L);
    to += out;
    a4.intoArray(m, to);
    b4.intoArray(m, to + L);
    to += out;
    a5.intoArray(m, to);
    b5.intoArray(m, to + L);
    to += out;
    a6.intoArray(m, to);
    b6.intoArray(m, to + L);
    to += out;
    a7.intoArray(m, to);
    b7.intoArray(m, to + L);
  }

  private static void rowsByOne(
      float[] v, int vo, int step, int in, float[] u, int uo, int out, float[] m, int mo) {
    int v1 = vo + step;
    int v2 = v1 + step;
    int v3 = v2 + step;
    int v4 = v3 + step;
    int v5 = v4 + step;
    int v6 = v5 + step;
    int v7 = v6 + step;
    FloatVector a0 = FloatVector.zero(S);
    FloatVector a1 = a0;
    FloatVector a2 = a0;
    FloatVector a3 = a0;
    FloatVector a4 = a0;
    FloatVector a5 = a0;
    FloatVector a6 = a0;
    FloatVector a7 = a0;
    for (int c = 0; c < in; c++) {
      FloatVector w0 = FloatVector.fromArray(S, u, uo + c * out);
      FloatVector x = FloatVector.broadcast(S, v[vo + c]);
      a0 = w0.fma(x, a0);
      x = FloatVector.broadcast(S, v[v1 + c]);
      a1 = w0.fma(x, a1);
      x = FloatVector.broadcast(S, v[v2 + c]);
      a2 = w0.fma(x, a2);
      x = FloatVector.broadcast(S, v[v3 + c]);
      a3 = w0.fma(x, a3);
      x = FloatVector.broadcast(S, v[v4 + c]);
      a4 = w0.fma(x, a4);
      x = FloatVector.broadcast(S, v[v5 + c]);
      a5 = w0.fma(x, a5);
      x = FloatVector.broadcast(S, v[v6 + c]);
      a6 = w0.fma(x, a6);
      x = FloatVector.broadcast(S, v[v7 + c]);
      a7 = w0.fma(x, a7);
    }
    int to = mo;
    a0.intoArray(m, to);
    to += out;
    a1.intoArray(m, to);
    to += out;
    a2.intoArray(m, to);
    to += out;
    a3.intoArray(m, to);
    to += out;
    a4.intoArray(m, to);
    to += out;
    a5.intoArray(m, to);
    to += out;
    a6.intoArray(m, to);
    to += out;
    a7.intoArray(m, to);
  }

  private static void outerByTwo(
      int tiles, float[] z, int zo, int k, float[] v, int vo, int c, float[] d, int to) {
    int d1 = to + c;
    int d2 = d1 + c;
    int d3 = d2 + c;
    int d4 = d3 + c;
    int d5 = d4 + c;
    int d6 = d5 + c;
    int d7 = d6 + c;
    FloatVector a0 = FloatVector.fromArray(S, d, to);
    FloatVector b0 = FloatVector.fromArray(S, d, to + L);
    FloatVector a1 = FloatVector.fromArray(S, d, d1);
    FloatVector b1 = FloatVector.fromArray(S, d, d1 + L);
    FloatVector a2 = FloatVector.fromArray(S, d, d2);
    FloatVector b2 = FloatVector.fromArray(S, d, d2 + L);
    FloatVector a3 = FloatVector.fromArray(S, d, d3);
    FloatVector b3 = FloatVector.fromArray(S, d, d3 + L);
    FloatVector a4 = FloatVector.fromArray(S, d, d4);
    FloatVector b4 = FloatVector.fromArray(S, d, d4 + L);
    FloatVector a5 = FloatVector.fromArray(S, d, d5);
    FloatVector b5 = FloatVector.fromArray(S, d, d5 + L);
    FloatVector a6 = FloatVector.fromArray(S, d, d6);
    FloatVector b6 = FloatVector.fromArray(S, d, d6 + L);
    FloatVector a7 = FloatVector.fromArray(S, d, d7);
    FloatVector b7 = FloatVector.fromArray(S, d, d7 + L);
    for (int t = 0; t < tiles; t++) {
      int at = zo + t * k;
      FloatVector x0 = FloatVector.fromArray(S, v, vo + t * c);
      FloatVector x1 = FloatVector.fromArray(S, v, vo + t * c + L);
      FloatVector g = FloatVector.broadcast(S, z[at]);
      a0 = x0.fma(g, a0);
      b0 = x1.fma(g, b0);
      g = FloatVector.broadcast(S, z[at + 1]);
      a1 = x0.fma(g, a1);
      b1 = x1.fma(g, b1);
      g = FloatVector.broadcast(S, z[at + 2]);
      a2 = x0.fma(g, a2);
      b2 = x1.fma(g, b2);
      g = FloatVector.broadcast(S, z[at + 3]);
      a3 = x0.fma(g, a3);
      b3 = x1.fma(g, b3);
      g = FloatVector.broadcast(S, z[at + 4]);
      a4 = x0.fma(g, a4);
      b4 = x1.fma(g, b4);
      g = FloatVector.broadcast(S, z[at + 5]);
      a5 = x0.fma(g, a5);
      b5 = x1.fma(g, b5);
      g = FloatVector.broadcast(S, z[at + 6]);
      a6 = x0.fma(g, a6);
      b6 = x1.fma(g, b6);
      g = FloatVector.broadcast(S, z[at + 7]);
      a7 = x0.fma(g, a7);
      b7 = x1.fma(g, b7);
    }
    a0.intoArray(d, to);
    b0.intoArray(d, to + L);
    a1.intoArray(d, d1);
    b1.intoArray(d, d1 + L);
    a2.intoArray(d, d2);
    b2.intoArray(d, d2 + L);
    a3.intoArray(d, d3);
    b3.intoArray(d, d3 + L);
    a4.intoArray(d, d4);
    b4.intoArray(d, d4 + L);
    a5.intoArray(d, d5);
    b5.intoArray(d, d5 + L);
    a6.intoArray(d, d6);
    b6.intoArray(d, d6 + L);
    a7.intoArray(d, d7);
    b7.intoArray(d, d7 + L);
  }

  private static void outerByOne(
      int tiles, float[] z, int zo, int k, float[] v, int vo, int c, float[] d, int to) {
    int d1 = to + c;
    int d2 = d1 + c;
    int d3 = d2 + c;
    int d4 = d3 + c;
    int d5 = d4 + c;
    int d6 = d5 + c;
    int d7 = d6 + c;
    FloatVector a0 = FloatVector.fromArray(S, d, to);
    FloatVector a1 = FloatVector.fromArray(S, d, d1);
    FloatVector a2 = FloatVector.fromArray(S, d, d2);
    FloatVector a3 = FloatVector.fromArray(S, d, d3);
    FloatVector a4 = FloatVector.fromArray(S, d, d4);
    FloatVector a5 = FloatVector.fromArray(S, d, d5);
    FloatVector a6 = FloatVector.fromArray(S, d, d6);
    FloatVector a7 = FloatVector.fromArray(S, d, d7);
    for (int t = 0; t < tiles; t++) {
      int at = zo + t * k;
      FloatVector x0 = FloatVector.fromArray(S, v, vo + t * c);
      FloatVector g = FloatVector.broadcast(S, z[at]);
      a0 = x0.fma(g, a0);
      g = FloatVector.broadcast(S, z[at + 1]);
      a1 = x0.fma(g, a1);
      g = FloatVector.broadcast(S, z[at + 2]);
      a2 = x0.fma(g, a2);
      g = FloatVector.broadcast(S, z[at + 3]);
      a3 = x0.fma(g, a3);
      g = FloatVector.broadcast(S, z[at + 4]);
      a4 = x0.fma(g, a4);
      g = FloatVector.broadcast(S, z[at + 5]);
      a5 = x0.fma(g, a5);
      g = FloatVector.broadcast(S, z[at + 6]);
      a6 = x0.fma(g, a6);
      g = FloatVector.broadcast(S, z[at + 7]);
      a7 = x0.fma(g, a7);
    }
    a0.intoArray(d, to);
    a1.intoArray(d, d1);
    a2.intoArray(d, d2);
    a3.intoArray(d, d3);
    a4.intoArray(d, d4);
    a5.intoArray(d, d5);
    a6.intoArray(d, d6);
    a7.intoArray(d, d7);
  }
}
