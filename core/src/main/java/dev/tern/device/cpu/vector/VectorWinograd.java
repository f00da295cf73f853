package dev.tern.device.cpu.vector;

import dev.tern.device.cpu.Planes;
import dev.tern.device.cpu.Scratch;
import dev.tern.device.cpu.Taps;
import dev.tern.device.cpu.Tiles;
import dev.tern.device.cpu.WinogradKernels;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Winograd's F(4x4, 3x3) with channels as lanes. Each transform goes down the columns of a row of
 * tiles first, which neighbouring tiles share, then along its rows, by methods of one loop. Each is
 * a little longer than the 325 bytes of code that C2 inlines: one method with two of them inlined
 * would be too much for it, and vectors would become objects.
 */
final class VectorWinograd implements WinogradKernels {
  private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
  private static final int L = S.length();
  private static final int EDGE = Tiles.EDGE;
  private static final int REACH = EDGE + 2;

  /**
   * The polynomials of the algorithm are evaluated at 0, ±A, ±B and infinity. With 1 and 2, as it
   * is mostly written, the products are three times as large beside the results, and so is the
   * error.
   */
  static final float A = 11f / 16;

  /** All products of A and B below are exact. */
  static final float B = 3f / 2;

  /** Whether channels, padded to whole vectors, are whole register tiles too. */
  static boolean fits() {
    return L % VectorWinogradProduct.ROWS == 0;
  }

  @Override
  public int lanes() {
    return L;
  }

  @Override
  public void input(Tiles tiles, Planes x, float[] v) {
    int c = x.channels();
    int across = tiles.across();
    int pitch = EDGE * across + 2;
    int row = pitch * L;
    int padded = padded(c);
    int stride = WinogradKernels.stride(tiles.padded() * padded);
    float[] turned = cleared(Scratch.PLANES, (EDGE * tiles.rows() + 2) * row);
    float[] columns = Scratch.floats(Scratch.TILE, REACH * row);
    int first = Math.max(0, tiles.top() - 1);
    int last = Math.min(tiles.h(), tiles.bottom() + 1);
    int at = ((first - tiles.top() + 1) * pitch + 1) * L;
    int[] positions = LaneTranspose.positions(last - first, tiles.w(), pitch);
    int count = (last - first) * tiles.w();
    for (int c0 = 0; c0 < padded; c0 += L) {
      int[] planes = LaneTranspose.planes(c - c0, x.size());
      int to = c0;
      for (int n = 0; n < tiles.images(); n++) {
        int from = x.at(n, c0) + first * tiles.w();
        LaneTranspose.toLanes(x.elements(), from, planes, c - c0, turned, at, positions, count);
        for (int r = 0; r < tiles.rows(); r++) {
          int rowAt = EDGE * r * row;
          int lastAt = rowAt + (REACH - 1) * row;
          inputColumns(turned, rowAt, row, turned, rowAt, turned, lastAt, columns, 0, row, row);
          inputRows(columns, row, across, v, to, stride, padded);
          to += across * padded;
        }
      }
    }
  }

  @Override
  public void outputGrad(Tiles tiles, Planes dy, float[] z) {
    int k = dy.channels();
    int across = tiles.across();
    int pitch = EDGE * across;
    int padded = padded(k);
    int stride = WinogradKernels.stride(tiles.padded() * padded);
    float[] turned = cleared(Scratch.PLANES, EDGE * tiles.rows() * pitch * L);
    float[] columns = Scratch.floats(Scratch.TILE, REACH * pitch * L);
    int[] positions = LaneTranspose.positions(tiles.bottom() - tiles.top(), tiles.w(), pitch);
    int count = (tiles.bottom() - tiles.top()) * tiles.w();
    for (int k0 = 0; k0 < padded; k0 += L) {
      int[] planes = LaneTranspose.planes(k - k0, dy.size());
      int to = k0;
      for (int n = 0; n < tiles.images(); n++) {
        int from = dy.at(n, k0) + tiles.top() * tiles.w();
        LaneTranspose.toLanes(dy.elements(), from, planes, k - k0, turned, 0, positions, count);
        for (int r = 0; r < tiles.rows(); r++) {
          gradColumns(turned, EDGE * r * pitch * L, pitch * L, columns, pitch * L, pitch * L);
          gradRows(columns, pitch * L, across, z, to, stride, padded);
          to += across * padded;
        }
      }
    }
  }

  @Override
  public void output(Tiles tiles, float[] m, float[] bias, Planes y) {
    int k = y.channels();
    int across = tiles.across();
    int pitch = EDGE * across;
    int padded = padded(k);
    int stride = WinogradKernels.stride(tiles.padded() * padded);
    float[] turned = Scratch.floats(Scratch.PLANES, EDGE * tiles.rows() * pitch * L);
    float[] columns = Scratch.floats(Scratch.TILE, REACH * pitch * L);
    int[] positions = LaneTranspose.positions(tiles.bottom() - tiles.top(), tiles.w(), pitch);
    int count = (tiles.bottom() - tiles.top()) * tiles.w();
    for (int k0 = 0; k0 < k; k0 += L) {
      int[] planes = LaneTranspose.planes(k - k0, y.size());
      int from = k0;
      for (int n = 0; n < tiles.images(); n++) {
        for (int r = 0; r < tiles.rows(); r++) {
          outputRows(m, from, stride, padded, across, columns, pitch * L);
          outputColumns(
              columns, pitch * L, bias, k0, turned, EDGE * r * pitch * L, pitch * L, pitch * L);
          from += across * padded;
        }
        int to = y.at(n, k0) + tiles.top() * tiles.w();
        LaneTranspose.toPlanes(turned, positions, y.elements(), to, planes, count);
      }
    }
  }

  @Override
  public void inputBlocks(Tiles tiles, int c, float[] x, int xo, float[] v) {
    int across = tiles.across();
    int row = tiles.w() * L;
    int pitch = (EDGE * across + 2) * L;
    int stride = WinogradKernels.stride(tiles.padded() * c);
    float[] columns = cleared(Scratch.TILE, REACH * pitch);
    float[] zeros = cleared(Scratch.ZEROS, row);
    int first = Math.max(0, tiles.top() - 1);
    int last = Math.min(tiles.h(), tiles.bottom() + 1);
    for (int c0 = 0; c0 < c; c0 += L) {
      int to = c0;
      for (int n = 0; n < tiles.images(); n++) {
        int plane = xo + (n * c + c0) * tiles.h() * tiles.w();
        touch(x, plane + first * row, (last - first) * row);
        for (int r = 0; r < tiles.rows(); r++) {
          int top = tiles.top() + EDGE * r - 1;
          boolean cut = top + REACH > tiles.h() + 1; // more than the last row is missing
          float[] rows = cut ? rows(x, plane, tiles.h(), row, top, REACH) : x;
          int at = cut ? 0 : plane + top * row;
          int lastAt = at + (REACH - 1) * row;
          boolean above = top < 0 && !cut;
          boolean below = top + REACH > tiles.h() && !cut;
          inputColumns(
              rows,
              at,
              row,
              above ? zeros : rows,
              above ? 0 : at,
              below ? zeros : rows,
              below ? 0 : lastAt,
              columns,
              L,
              pitch,
              row);
          inputRows(columns, pitch, across, v, to, stride, c);
          to += across * c;
        }
      }
    }
  }

  @Override
  public void outputGradBlocks(Tiles tiles, int k, float[] dy, int dyo, float[] z) {
    int across = tiles.across();
    int row = tiles.w() * L;
    int pitch = EDGE * across * L;
    int stride = WinogradKernels.stride(tiles.padded() * k);
    float[] columns = cleared(Scratch.TILE, REACH * pitch);
    for (int k0 = 0; k0 < k; k0 += L) {
      int to = k0;
      for (int n = 0; n < tiles.images(); n++) {
        int plane = dyo + (n * k + k0) * tiles.h() * tiles.w();
        for (int r = 0; r < tiles.rows(); r++) {
          int top = tiles.top() + EDGE * r;
          boolean inside = top + EDGE <= tiles.h();
          float[] rows = inside ? dy : rows(dy, plane, tiles.h(), row, top, EDGE);
          gradColumns(rows, inside ? plane + top * row : 0, row, columns, pitch, row);
          gradRows(columns, pitch, across, z, to, stride, k);
          to += across * k;
        }
      }
    }
  }

  @Override
  public void outputBlocks(Tiles tiles, int k, float[] m, float[] bias, float[] y, int yo) {
    int across = tiles.across();
    int row = tiles.w() * L;
    int pitch = EDGE * across * L;
    int stride = WinogradKernels.stride(tiles.padded() * k);
    float[] columns = Scratch.floats(Scratch.TILE, REACH * pitch);
    for (int k0 = 0; k0 < k; k0 += L) {
      int from = k0;
      for (int n = 0; n < tiles.images(); n++) {
        int plane = yo + (n * k + k0) * tiles.h() * tiles.w();
        for (int r = 0; r < tiles.rows(); r++) {
          outputRows(m, from, stride, k, across, columns, pitch);
          int top = tiles.top() + EDGE * r;
          boolean inside = top + EDGE <= tiles.h();
          float[] rows = inside ? y : Scratch.floats(Scratch.PLANES, EDGE * row);
          int at = plane + top * row;
          outputColumns(columns, pitch, bias, k0, rows, inside ? at : 0, row, row);
          if (!inside) {
            System.arraycopy(rows, 0, y, at, (tiles.h() - top) * row);
          }
          from += across * k;
        }
      }
    }
  }

  /**
   * Reads an element of each cache line: they then come from memory at the same time, not one after
   * the other as the transform asks for them.
   */
  private static void touch(float[] x, int from, int n) {
    int bits = 0;
    for (int i = 0; i < n; i += CacheLines.LINE) {
      bits ^= Float.floatToRawIntBits(x[from + i]);
    }
    Scratch.floats(Scratch.POINTWISE, 1)[0] = bits; // for it not to be left out
  }

  /** So many rows of a plane from {@code top} on, zero where they are not in it. */
  private static float[] rows(float[] x, int plane, int h, int row, int top, int count) {
    float[] rows = cleared(Scratch.PLANES, count * row);
    int first = Math.max(0, top);
    int last = Math.min(h, top + count);
    System.arraycopy(x, plane + first * row, rows, (first - top) * row, (last - first) * row);
    return rows;
  }

  private static float[] cleared(int slot, int n) {
    float[] array = Scratch.floats(slot, n);
    Arrays.fill(array, 0, n, 0);
    return array;
  }

  /**
   * Bᵀ down n columns, from rows that are {@code row} apart to rows that are {@code step} apart.
   * The first and the last of 6 rows, which may be outside the plane, have arrays of their own.
   */
  private static void inputColumns(
      float[] d,
      int at,
      int row,
      float[] first,
      int firstAt,
      float[] last,
      int lastAt,
      float[] t,
      int to,
      int step,
      int n) {
    for (int j = 0; j < n; j += L) {
      FloatVector d0 = FloatVector.fromArray(S, first, firstAt + j);
      FloatVector d1 = FloatVector.fromArray(S, d, at + row + j);
      FloatVector d2 = FloatVector.fromArray(S, d, at + 2 * row + j);
      FloatVector d3 = FloatVector.fromArray(S, d, at + 3 * row + j);
      FloatVector d4 = FloatVector.fromArray(S, d, at + 4 * row + j);
      FloatVector d5 = FloatVector.fromArray(S, last, lastAt + j);
      FloatVector evenA = d2.fma(FloatVector.broadcast(S, -B * B), d4);
      FloatVector oddA = d1.fma(FloatVector.broadcast(S, -B * B), d3);
      FloatVector evenB = d2.fma(FloatVector.broadcast(S, -A * A), d4);
      FloatVector oddB = d1.fma(FloatVector.broadcast(S, -A * A), d3);
      FloatVector product = FloatVector.broadcast(S, A * A * B * B);
      FloatVector sum = FloatVector.broadcast(S, -A * A - B * B);
      d0.fma(product, d2.fma(sum, d4)).intoArray(t, to + j);
      oddA.fma(FloatVector.broadcast(S, A), evenA).intoArray(t, to + step + j);
      oddA.fma(FloatVector.broadcast(S, -A), evenA).intoArray(t, to + 2 * step + j);
      oddB.fma(FloatVector.broadcast(S, B), evenB).intoArray(t, to + 3 * step + j);
      oddB.fma(FloatVector.broadcast(S, -B), evenB).intoArray(t, to + 4 * step + j);
      d1.fma(product, d3.fma(sum, d5)).intoArray(t, to + 5 * step + j);
    }
  }

  /** Bᵀ along 6 rows, every 4 columns. */
  private static void inputRows(
      float[] t, int pitch, int across, float[] v, int to, int stride, int step) {
    for (int i = 0; i < REACH * across; i++) {
      int row = i / across;
      int tile = i - row * across;
      int from = row * pitch + tile * EDGE * L;
      FloatVector d0 = FloatVector.fromArray(S, t, from);
      FloatVector d1 = FloatVector.fromArray(S, t, from + L);
      FloatVector d2 = FloatVector.fromArray(S, t, from + 2 * L);
      FloatVector d3 = FloatVector.fromArray(S, t, from + 3 * L);
      FloatVector d4 = FloatVector.fromArray(S, t, from + 4 * L);
      FloatVector d5 = FloatVector.fromArray(S, t, from + 5 * L);
      FloatVector evenA = d2.fma(FloatVector.broadcast(S, -B * B), d4);
      FloatVector oddA = d1.fma(FloatVector.broadcast(S, -B * B), d3);
      FloatVector evenB = d2.fma(FloatVector.broadcast(S, -A * A), d4);
      FloatVector oddB = d1.fma(FloatVector.broadcast(S, -A * A), d3);
      FloatVector product = FloatVector.broadcast(S, A * A * B * B);
      FloatVector sum = FloatVector.broadcast(S, -A * A - B * B);
      int out = to + REACH * row * stride + tile * step;
      d0.fma(product, d2.fma(sum, d4)).intoArray(v, out);
      oddA.fma(FloatVector.broadcast(S, A), evenA).intoArray(v, out + stride);
      oddA.fma(FloatVector.broadcast(S, -A), evenA).intoArray(v, out + 2 * stride);
      oddB.fma(FloatVector.broadcast(S, B), evenB).intoArray(v, out + 3 * stride);
      oddB.fma(FloatVector.broadcast(S, -B), evenB).intoArray(v, out + 4 * stride);
      d1.fma(product, d3.fma(sum, d5)).intoArray(v, out + 5 * stride);
    }
  }

  /** Aᵀ along 6 rows: 4 columns for each tile. */
  private static void outputRows(
      float[] m, int from, int stride, int step, int across, float[] t, int pitch) {
    for (int i = 0; i < REACH * across; i++) {
      int row = i / across;
      int tile = i - row * across;
      int in = from + REACH * row * stride + tile * step;
      FloatVector m0 = FloatVector.fromArray(S, m, in);
      FloatVector m1 = FloatVector.fromArray(S, m, in + stride);
      FloatVector m2 = FloatVector.fromArray(S, m, in + 2 * stride);
      FloatVector m3 = FloatVector.fromArray(S, m, in + 3 * stride);
      FloatVector m4 = FloatVector.fromArray(S, m, in + 4 * stride);
      FloatVector m5 = FloatVector.fromArray(S, m, in + 5 * stride);
      FloatVector evenA = m1.add(m2);
      FloatVector oddA = m1.sub(m2);
      FloatVector evenB = m3.add(m4);
      FloatVector oddB = m3.sub(m4);
      int to = row * pitch + tile * EDGE * L;
      FloatVector a = FloatVector.broadcast(S, A);
      FloatVector b = FloatVector.broadcast(S, B);
      FloatVector a2 = FloatVector.broadcast(S, A * A);
      FloatVector b2 = FloatVector.broadcast(S, B * B);
      FloatVector a3 = FloatVector.broadcast(S, A * A * A);
      FloatVector b3 = FloatVector.broadcast(S, B * B * B);
      m0.add(evenA).add(evenB).intoArray(t, to);
      oddA.fma(a, oddB.mul(b)).intoArray(t, to + L);
      evenA.fma(a2, evenB.mul(b2)).intoArray(t, to + 2 * L);
      oddA.fma(a3, oddB.fma(b3, m5)).intoArray(t, to + 3 * L);
    }
  }

  /** Aᵀ down the columns, and the bias. */
  private static void outputColumns(
      float[] t, int row, float[] bias, int bo, float[] y, int at, int step, int n) {
    FloatVector b = FloatVector.fromArray(S, bias, bo);
    for (int j = 0; j < n; j += L) {
      FloatVector m0 = FloatVector.fromArray(S, t, j);
      FloatVector m1 = FloatVector.fromArray(S, t, row + j);
      FloatVector m2 = FloatVector.fromArray(S, t, 2 * row + j);
      FloatVector m3 = FloatVector.fromArray(S, t, 3 * row + j);
      FloatVector m4 = FloatVector.fromArray(S, t, 4 * row + j);
      FloatVector m5 = FloatVector.fromArray(S, t, 5 * row + j);
      FloatVector evenA = m1.add(m2);
      FloatVector oddA = m1.sub(m2);
      FloatVector evenB = m3.add(m4);
      FloatVector oddB = m3.sub(m4);
      FloatVector a1 = FloatVector.broadcast(S, A);
      FloatVector b1 = FloatVector.broadcast(S, B);
      FloatVector a2 = FloatVector.broadcast(S, A * A);
      FloatVector b2 = FloatVector.broadcast(S, B * B);
      FloatVector a3 = FloatVector.broadcast(S, A * A * A);
      FloatVector b3 = FloatVector.broadcast(S, B * B * B);
      m0.add(evenA).add(evenB).add(b).intoArray(y, at + j);
      oddA.fma(a1, oddB.fma(b1, b)).intoArray(y, at + step + j);
      evenA.fma(a2, evenB.fma(b2, b)).intoArray(y, at + 2 * step + j);
      oddA.fma(a3, oddB.fma(b3, m5.add(b))).intoArray(y, at + 3 * step + j);
    }
  }

  /** A down the columns: the transpose of {@link #outputColumns}. */
  private static void gradColumns(float[] dy, int at, int row, float[] t, int step, int n) {
    int to1 = step;
    int to2 = to1 + step;
    int to3 = to2 + step;
    int to4 = to3 + step;
    int to5 = to4 + step;
    for (int j = 0; j < n; j += L) {
      FloatVector d0 = FloatVector.fromArray(S, dy, at + j);
      FloatVector d1 = FloatVector.fromArray(S, dy, at + row + j);
      FloatVector d2 = FloatVector.fromArray(S, dy, at + 2 * row + j);
      FloatVector d3 = FloatVector.fromArray(S, dy, at + 3 * row + j);
      FloatVector a1 = FloatVector.broadcast(S, A);
      FloatVector b1 = FloatVector.broadcast(S, B);
      FloatVector minusA = FloatVector.broadcast(S, -A);
      FloatVector minusB = FloatVector.broadcast(S, -B);
      FloatVector a2 = FloatVector.broadcast(S, A * A);
      FloatVector b2 = FloatVector.broadcast(S, B * B);
      FloatVector evenA = d2.fma(a2, d0);
      FloatVector oddA = d3.fma(a2, d1);
      FloatVector evenB = d2.fma(b2, d0);
      FloatVector oddB = d3.fma(b2, d1);
      d0.intoArray(t, j);
      oddA.fma(a1, evenA).intoArray(t, to1 + j);
      oddA.fma(minusA, evenA).intoArray(t, to2 + j);
      oddB.fma(b1, evenB).intoArray(t, to3 + j);
      oddB.fma(minusB, evenB).intoArray(t, to4 + j);
      d3.intoArray(t, to5 + j);
    }
  }

  /** A along 6 rows: the transpose of {@link #outputRows}. */
  private static void gradRows(
      float[] t, int pitch, int across, float[] z, int to, int stride, int step) {
    for (int i = 0; i < REACH * across; i++) {
      int row = i / across;
      int tile = i - row * across;
      int from = row * pitch + tile * EDGE * L;
      FloatVector d0 = FloatVector.fromArray(S, t, from);
      FloatVector d1 = FloatVector.fromArray(S, t, from + L);
      FloatVector d2 = FloatVector.fromArray(S, t, from + 2 * L);
      FloatVector d3 = FloatVector.fromArray(S, t, from + 3 * L);
      FloatVector a1 = FloatVector.broadcast(S, A);
      FloatVector b1 = FloatVector.broadcast(S, B);
      FloatVector minusA = FloatVector.broadcast(S, -A);
      FloatVector minusB = FloatVector.broadcast(S, -B);
      FloatVector a2 = FloatVector.broadcast(S, A * A);
      FloatVector b2 = FloatVector.broadcast(S, B * B);
      FloatVector evenA = d2.fma(a2, d0);
      FloatVector oddA = d3.fma(a2, d1);
      FloatVector evenB = d2.fma(b2, d0);
      FloatVector oddB = d3.fma(b2, d1);
      int out = to + REACH * row * stride + tile * step;
      d0.intoArray(z, out);
      oddA.fma(a1, evenA).intoArray(z, out + stride);
      oddA.fma(minusA, evenA).intoArray(z, out + 2 * stride);
      oddB.fma(b1, evenB).intoArray(z, out + 3 * stride);
      oddB.fma(minusB, evenB).intoArray(z, out + 4 * stride);
      d3.intoArray(z, out + 5 * stride);
    }
  }

  @Override
  public void weight(int in, int out, Taps taps, float[] u) {
    VectorWinogradWeight.transform(in, out, padded(in), padded(out), taps, u);
  }

  @Override
  public void weightGrad(int k, int c, float[] d, float[] dw, int dwo) {
    VectorWinogradWeight.gradient(k, c, padded(k), padded(c), d, dw, dwo);
  }

  @Override
  public void product(int tiles, int in, int out, float[] v, float[] u, float[] m) {
    VectorWinogradProduct.product(tiles, in, padded(in), padded(out), v, u, m);
  }

  @Override
  public void outer(int tiles, int k, int c, float[] z, float[] v, float[] d) {
    VectorWinogradProduct.outer(tiles, padded(k), padded(c), z, v, d);
  }
}
