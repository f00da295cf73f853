package dev.tern.device.cpu.vector;

import dev.tern.device.cpu.Scratch;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Matrix products on packed panels with a register tile of 4 rows by 4 vectors. Both operands are
 * packed, so a transposed one costs nothing more; edges are computed whole on zeros and copied in
 * part.
 */
final class VectorGemm {
  private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
  private static final int L = S.length();
  private static final int ROWS = 4;
  private static final int COLUMNS = 4 * L;
  private static final int DEPTH = 256;
  private static final int WIDTH = 1024;
  private static final int BAND = 16;

  private VectorGemm() {}

  static void gemm(
      boolean ta,
      boolean tb,
      int m,
      int n,
      int k,
      float[] a,
      int ao,
      int lda,
      float[] b,
      int bo,
      int ldb,
      float[] c,
      int co,
      int ldc,
      boolean accumulate) {
    if (!accumulate) {
      for (int i = 0; i < m; i++) {
        Arrays.fill(c, co + i * ldc, co + i * ldc + n, 0);
      }
    }
    int depth = Math.min(DEPTH, k);
    int width = Math.min(WIDTH, (n + COLUMNS - 1) / COLUMNS * COLUMNS);
    float[] packedB = Scratch.floats(Scratch.PACKED_B, depth * width);
    float[] packedA = Scratch.floats(Scratch.PACKED_A, (m + ROWS - 1) / ROWS * ROWS * depth);
    float[] edge = Scratch.floats(Scratch.TILE, ROWS * COLUMNS);
    for (int k0 = 0; k0 < k; k0 += depth) {
      int kc = Math.min(depth, k - k0);
      packA(ta, m, kc, a, ta ? ao + k0 * lda : ao + k0, lda, packedA);
      for (int n0 = 0; n0 < n; n0 += width) {
        int nc = Math.min(width, n - n0);
        packB(tb, kc, nc, b, tb ? bo + n0 * ldb + k0 : bo + k0 * ldb + n0, ldb, packedB);
        for (int j = 0; j < nc; j += COLUMNS) {
          panel(
              m,
              kc,
              packedA,
              packedB,
              j * kc,
              c,
              co + n0 + j,
              ldc,
              Math.min(COLUMNS, nc - j),
              edge);
        }
      }
    }
  }

  /** One panel of b under all of a. */
  private static void panel(
      int m,
      int kc,
      float[] a,
      float[] b,
      int bo,
      float[] c,
      int co,
      int ldc,
      int columns,
      float[] edge) {
    int full = width(columns);
    for (int i = 0; i < m; i += ROWS) {
      int rows = Math.min(ROWS, m - i);
      boolean whole = rows == ROWS && columns == full;
      float[] to = whole ? c : edge;
      int at = whole ? co + i * ldc : 0;
      int ld = whole ? ldc : full;
      if (!whole) {
        copy(c, co + i * ldc, ldc, edge, 0, full, rows, columns);
      }
      if (full == COLUMNS) {
        tile(a, i * kc, b, bo, kc, to, at, ld);
      } else {
        narrow(a, i * kc, b, bo, kc, to, at, ld);
      }
      if (!whole) {
        copy(edge, 0, full, c, co + i * ldc, ldc, rows, columns);
      }
    }
  }

  /** The columns of a panel that holds so many: four vectors, or two where those suffice. */
  private static int width(int columns) {
    return columns <= 2 * L ? 2 * L : COLUMNS;
  }

  private static void copy(
      float[] from, int fo, int ldf, float[] to, int at, int ldt, int rows, int columns) {
    for (int r = 0; r < rows; r++) {
      System.arraycopy(from, fo + r * ldf, to, at + r * ldt, columns);
    }
  }

  /** Panels of 4 rows: {@code [m / 4][kc][4]}; rows beyond m are the last one again. */
  private static void packA(
      boolean transposed, int m, int kc, float[] a, int ao, int lda, float[] to) {
    int row = transposed ? 1 : lda;
    int step = transposed ? lda : 1;
    for (int i = 0; i < m; i += ROWS) {
      int r0 = ao + i * row;
      int r1 = ao + Math.min(i + 1, m - 1) * row;
      int r2 = ao + Math.min(i + 2, m - 1) * row;
      int r3 = ao + Math.min(i + 3, m - 1) * row;
      packRows(a, r0, r1, r2, r3, step, kc, to, i * kc);
    }
  }

  private static void packRows(
      float[] a, int r0, int r1, int r2, int r3, int step, int kc, float[] to, int at) {
    for (int l = 0; l < kc; l++) {
      to[at + 4 * l] = a[r0 + l * step];
      to[at + 4 * l + 1] = a[r1 + l * step];
      to[at + 4 * l + 2] = a[r2 + l * step];
      to[at + 4 * l + 3] = a[r3 + l * step];
    }
  }

  /**
   * Panels of 4 vectors of columns, the last perhaps of 2: {@code [n / columns][kc][columns]},
   * zeros beyond n.
   */
  private static void packB(
      boolean transposed, int kc, int nc, float[] b, int bo, int ldb, float[] to) {
    for (int j = 0; j < nc; j += COLUMNS) {
      int columns = Math.min(COLUMNS, nc - j);
      int full = width(columns);
      int panel = j * kc;
      if (columns < full) {
        Arrays.fill(to, panel, panel + kc * full, 0);
      }
      if (transposed) {
        for (int l = 0; l < kc; l += BAND) {
          turn(
              b,
              bo + j * ldb + l,
              ldb,
              columns,
              Math.min(BAND, kc - l),
              to,
              panel + l * full,
              full);
        }
      } else {
        for (int l = 0; l < kc; l++) {
          System.arraycopy(b, bo + l * ldb + j, to, panel + l * full, columns);
        }
      }
    }
  }

  /** Transposes a band narrow enough that the lines it writes stay in the first cache. */
  private static void turn(
      float[] b, int bo, int ldb, int columns, int count, float[] to, int at, int ld) {
    for (int q = 0; q < columns; q++) {
      for (int l = 0; l < count; l++) {
        to[at + l * ld + q] = b[bo + q * ldb + l];
      }
    }
  }

  /**
   * 4 rows by 4 vectors, added to c. Nothing but loops and vectors here: a call would put the
   * vectors on the heap.
   */
  private static void tile(
      float[] a, int ao, float[] b, int bo, int kc, float[] c, int co, int ldc) {
    int second = co + ldc;
    int third = second + ldc;
    int fourth = third + ldc;
    FloatVector a0 = FloatVector.fromArray(S, c, co);
    FloatVector a1 = FloatVector.fromArray(S, c, co + L);
    FloatVector a2 = FloatVector.fromArray(S, c, co + 2 * L);
    FloatVector a3 = FloatVector.fromArray(S, c, co + 3 * L);
    FloatVector b0 = FloatVector.fromArray(S, c, second);
    FloatVector b1 = FloatVector.fromArray(S, c, second + L);
    FloatVector b2 = FloatVector.fromArray(S, c, second + 2 * L);
    FloatVector b3 = FloatVector.fromArray(S, c, second + 3 * L);
    FloatVector c0 = FloatVector.fromArray(S, c, third);
    FloatVector c1 = FloatVector.fromArray(S, c, third + L);
    FloatVector c2 = FloatVector.fromArray(S, c, third + 2 * L);
    FloatVector c3 = FloatVector.fromArray(S, c, third + 3 * L);
    FloatVector d0 = FloatVector.fromArray(S, c, fourth);
    FloatVector d1 = FloatVector.fromArray(S, c, fourth + L);
    FloatVector d2 = FloatVector.fromArray(S, c, fourth + 2 * L);
    FloatVector d3 = FloatVector.fromArray(S, c, fourth + 3 * L);
    for (int l = 0; l < kc; l++) {
      int at = bo + l * COLUMNS;
      FloatVector v0 = FloatVector.fromArray(S, b, at);
      FloatVector v1 = FloatVector.fromArray(S, b, at + L);
      FloatVector v2 = FloatVector.fromArray(S, b, at + 2 * L);
      FloatVector v3 = FloatVector.fromArray(S, b, at + 3 * L);
      FloatVector u = FloatVector.broadcast(S, a[ao + 4 * l]);
      a0 = v0.fma(u, a0);
      a1 = v1.fma(u, a1);
      a2 = v2.fma(u, a2);
      a3 = v3.fma(u, a3);
      u = FloatVector.broadcast(S, a[ao + 4 * l + 1]);
      b0 = v0.fma(u, b0);
      b1 = v1.fma(u, b1);
      b2 = v2.fma(u, b2);
      b3 = v3.fma(u, b3);
      u = FloatVector.broadcast(S, a[ao + 4 * l + 2]);
      c0 = v0.fma(u, c0);
      c1 = v1.fma(u, c1);
      c2 = v2.fma(u, c2);
      c3 = v3.fma(u, c3);
      u = FloatVector.broadcast(S, a[ao + 4 * l + 3]);
      d0 = v0.fma(u, d0);
      d1 = v1.fma(u, d1);
      d2 = v2.fma(u, d2);
      d3 = v3.fma(u, d3);
    }
    a0.intoArray(c, co);
    a1.intoArray(c, co + L);
    a2.intoArray(c, co + 2 * L);
    a3.intoArray(c, co + 3 * L);
    b0.intoArray(c, second);
    b1.intoArray(c, second + L);
    b2.intoArray(c, second + 2 * L);
    b3.intoArray(c, second + 3 * L);
    c0.intoArray(c, third);
    c1.intoArray(c, third + L);
    c2.intoArray(c, third + 2 * L);
    c3.intoArray(c, third + 3 * L);
    d0.intoArray(c, fourth);
    d1.intoArray(c, fourth + L);
    d2.intoArray(c, fourth + 2 * L);
    d3.intoArray(c, fourth + 3 * L);
  }

  /** 4 rows by 2 vectors, added to c. */
  private static void narrow(
      float[] a, int ao, float[] b, int bo, int kc, float[] c, int co, int ldc) {
    int second = co + ldc;
    int third = second + ldc;
    int fourth = third + ldc;
    FloatVector a0 = FloatVector.fromArray(S, c, co);
    FloatVector a1 = FloatVector.fromArray(S, c, co + L);
    FloatVector b0 = FloatVector.fromArray(S, c, second);
    FloatVector b1 = FloatVector.fromArray(S, c, second + L);
    FloatVector c0 = FloatVector.fromArray(S, c, third);
    FloatVector c1 = FloatVector.fromArray(S, c, third + L);
    FloatVector d0 = FloatVector.fromArray(S, c, fourth);
    FloatVector d1 = FloatVector.fromArray(S, c, fourth + L);
    for (int l = 0; l < kc; l++) {
      int at = bo + l * 2 * L;
      FloatVector v0 = FloatVector.fromArray(S, b, at);
      FloatVector v1 = FloatVector.fromArray(S, b, at + L);
      FloatVector u = FloatVector.broadcast(S, a[ao + 4 * l]);
      a0 = v0.fma(u, a0);
      a1 = v1.fma(u, a1);
      u = FloatVector.broadcast(S, a[ao + 4 * l + 1]);
      b0 = v0.fma(u, b0);
      b1 = v1.fma(u, b1);
      u = FloatVector.broadcast(S, a[ao + 4 * l + 2]);
      c0 = v0.fma(u, c0);
      c1 = v1.fma(u, c1);
      u = FloatVector.broadcast(S, a[ao + 4 * l + 3]);
      d0 = v0.fma(u, d0);
      d1 = v1.fma(u, d1);
    }
    a0.intoArray(c, co);
    a1.intoArray(c, co + L);
    b0.intoArray(c, second);
    b1.intoArray(c, second + L);
    c0.intoArray(c, third);
    c1.intoArray(c, third + L);
    d0.intoArray(c, fourth);
    d1.intoArray(c, fourth + L);
  }
}
