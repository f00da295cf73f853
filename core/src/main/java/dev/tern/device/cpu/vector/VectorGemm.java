package dev.tern.device.cpu.vector;

import dev.tern.device.cpu.Scratch;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Matrix products with a register tile of 4 rows by 4 vectors. The right operand is packed into
 * panels of that width, the last ones perhaps narrower; the left one is read where it stands, after
 * a transposition if it is stored transposed. Edges are computed whole and copied in part.
 */
final class VectorGemm {
  private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
  private static final int L = S.length();
  private static final int ROWS = 4;
  private static final int COLUMNS = 4 * L;

  /** Rows of a panel: long sums, so that c is seldom read and written. */
  private static final int DEPTH = 512;

  /** Rows of the left operand that stay in the second cache while all panels pass. */
  private static final int HEIGHT = 128;

  /** Columns whose panels stay in the third cache. */
  private static final int WIDTH = 2048;

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
    int pitch = roundUp(depth);
    float[] packedB = Scratch.floats(Scratch.PACKED_B, depth * Math.min(WIDTH, roundUp(n)));
    float[] rows = ta ? Scratch.floats(Scratch.PACKED_A, Math.min(HEIGHT, m) * pitch) : a;
    float[] edge = Scratch.floats(Scratch.TILE, ROWS * COLUMNS);
    for (int k0 = 0; k0 < k; k0 += depth) {
      int kc = Math.min(depth, k - k0);
      for (int n0 = 0; n0 < n; n0 += WIDTH) {
        int nc = Math.min(WIDTH, n - n0);
        packB(tb, kc, nc, b, tb ? bo + n0 * ldb + k0 : bo + k0 * ldb + n0, ldb, packedB);
        for (int m0 = 0; m0 < m; m0 += HEIGHT) {
          int mc = Math.min(HEIGHT, m - m0);
          if (ta) {
            turnA(mc, kc, a, ao + k0 * lda + m0, lda, rows, pitch);
          }
          int first = ta ? 0 : ao + m0 * lda + k0;
          int to = co + m0 * ldc + n0;
          int columns;
          for (int j = 0; j < nc; j += columns) {
            columns = width(nc - j);
            int valid = Math.min(columns, nc - j);
            int ld = ta ? pitch : lda;
            panel(mc, kc, rows, first, ld, packedB, j * kc, columns, c, to + j, ldc, valid, edge);
          }
        }
      }
    }
  }

  private static int roundUp(int n) {
    return (n + L - 1) / L * L;
  }

  /** The width of the next panel where so many columns are left: 4, 2 or 1 vectors. */
  private static int width(int left) {
    return left > 3 * L ? COLUMNS : left > L ? 2 * L : L;
  }

  /** One panel of b, some of its columns valid, under mc rows of a. */
  private static void panel(
      int mc,
      int kc,
      float[] a,
      int ao,
      int lda,
      float[] b,
      int bo,
      int columns,
      float[] c,
      int co,
      int ldc,
      int valid,
      float[] edge) {
    for (int i = 0; i < mc; i += ROWS) {
      int rows = Math.min(ROWS, mc - i);
      boolean whole = rows == ROWS && columns == valid;
      float[] to = whole ? c : edge;
      int at = whole ? co + i * ldc : 0;
      int ld = whole ? ldc : columns;
      if (!whole) {
        copy(c, co + i * ldc, ldc, edge, 0, columns, rows, valid);
      }
      int r0 = ao + i * lda;
      int r1 = rows > 1 ? r0 + lda : r0;
      int r2 = rows > 2 ? r1 + lda : r0;
      int r3 = rows > 3 ? r2 + lda : r0;
      if (columns == COLUMNS) {
        tile(a, r0, r1, r2, r3, b, bo, kc, to, at, ld);
      } else if (columns == 2 * L) {
        narrow(a, r0, r1, r2, r3, b, bo, kc, to, at, ld);
      } else {
        single(a, r0, r1, r2, r3, b, bo, kc, to, at, ld);
      }
      if (!whole) {
        copy(edge, 0, columns, c, co + i * ldc, ldc, rows, valid);
      }
    }
  }

  private static void copy(
      float[] from, int fo, int ldf, float[] to, int at, int ldt, int rows, int columns) {
    for (int r = 0; r < rows; r++) {
      System.arraycopy(from, fo + r * ldf, to, at + r * ldt, columns);
    }
  }

  /** {@code [kc, mc]} to {@code [mc, pitch]}. */
  private static void turnA(int mc, int kc, float[] a, int ao, int lda, float[] to, int pitch) {
    int[] rows = LaneTranspose.positions(mc, 1, pitch / L);
    for (int l = 0; l < kc; l += L) {
      LaneTranspose.toLanes(
          a, ao + l * lda, LaneTranspose.planes(kc - l, lda), to, l, rows, mc);
    }
  }

  /** Panels behind each other, {@code [kc, columns]} each; what is beyond n does not matter. */
  private static void packB(
      boolean transposed, int kc, int nc, float[] b, int bo, int ldb, float[] to) {
    int columns;
    for (int j = 0; j < nc; j += columns) {
      columns = width(nc - j);
      int valid = Math.min(columns, nc - j);
      if (transposed) {
        turnB(kc, valid, b, bo + j * ldb, ldb, to, j * kc, columns);
      } else {
        copy(b, bo + j, ldb, to, j * kc, columns, kc, valid);
      }
    }
  }

  private static void turnB(
      int kc, int valid, float[] b, int bo, int ldb, float[] to, int at, int columns) {
    int[] rows = LaneTranspose.positions(kc, 1, columns / L);
    for (int j = 0; j < valid; j += L) {
      LaneTranspose.toLanes(
          b, bo + j * ldb, LaneTranspose.planes(valid - j, ldb), to, at + j, rows, kc);
    }
  }

  /**
   * 4 rows by 4 vectors, added to c. Nothing but loops and vectors here: a call would put the
   * vectors on the heap.
   */
  private static void tile(
      float[] a,
      int r0,
      int r1,
      int r2,
      int r3,
      float[] b,
      int bo,
      int kc,
      float[] c,
      int co,
      int ldc) {
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
      FloatVector u = FloatVector.broadcast(S, a[r0 + l]);
      a0 = v0.fma(u, a0);
      a1 = v1.fma(u, a1);
      a2 = v2.fma(u, a2);
      a3 = v3.fma(u, a3);
      u = FloatVector.broadcast(S, a[r1 + l]);
      b0 = v0.fma(u, b0);
      b1 = v1.fma(u, b1);
      b2 = v2.fma(u, b2);
      b3 = v3.fma(u, b3);
      u = FloatVector.broadcast(S, a[r2 + l]);
      c0 = v0.fma(u, c0);
      c1 = v1.fma(u, c1);
      c2 = v2.fma(u, c2);
      c3 = v3.fma(u, c3);
      u = FloatVector.broadcast(S, a[r3 + l]);
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
      float[] a,
      int r0,
      int r1,
      int r2,
      int r3,
      float[] b,
      int bo,
      int kc,
      float[] c,
      int co,
      int ldc) {
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
      FloatVector u = FloatVector.broadcast(S, a[r0 + l]);
      a0 = v0.fma(u, a0);
      a1 = v1.fma(u, a1);
      u = FloatVector.broadcast(S, a[r1 + l]);
      b0 = v0.fma(u, b0);
      b1 = v1.fma(u, b1);
      u = FloatVector.broadcast(S, a[r2 + l]);
      c0 = v0.fma(u, c0);
      c1 = v1.fma(u, c1);
      u = FloatVector.broadcast(S, a[r3 + l]);
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

  /** 4 rows by 1 vector, added to c. */
  private static void single(
      float[] a,
      int r0,
      int r1,
      int r2,
      int r3,
      float[] b,
      int bo,
      int kc,
      float[] c,
      int co,
      int ldc) {
    FloatVector a0 = FloatVector.fromArray(S, c, co);
    FloatVector b0 = FloatVector.fromArray(S, c, co + ldc);
    FloatVector c0 = FloatVector.fromArray(S, c, co + 2 * ldc);
    FloatVector d0 = FloatVector.fromArray(S, c, co + 3 * ldc);
    for (int l = 0; l < kc; l++) {
      FloatVector v0 = FloatVector.fromArray(S, b, bo + l * L);
      a0 = v0.fma(FloatVector.broadcast(S, a[r0 + l]), a0);
      b0 = v0.fma(FloatVector.broadcast(S, a[r1 + l]), b0);
      c0 = v0.fma(FloatVector.broadcast(S, a[r2 + l]), c0);
      d0 = v0.fma(FloatVector.broadcast(S, a[r3 + l]), d0);
    }
    a0.intoArray(c, co);
    b0.intoArray(c, co + ldc);
    c0.intoArray(c, co + 2 * ldc);
    d0.intoArray(c, co + 3 * ldc);
  }
}
