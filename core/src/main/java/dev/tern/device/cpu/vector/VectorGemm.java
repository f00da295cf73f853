package dev.tern.device.cpu.vector;

import dev.tern.device.cpu.Scratch;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Matrix products on packed panels with a register tile of 4 rows by 4 vectors. Both operands are packed,
 * so a transposed one costs nothing more; edges are computed whole on zeros and copied in part.
 */
final class VectorGemm {
  private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
  private static final int L = S.length();
  private static final int ROWS = 4;
  private static final int COLUMNS = 4 * L;
  private static final int DEPTH = 256;
  private static final int WIDTH = 1024;

  private VectorGemm() {}

  static void gemm(
      boolean ta, boolean tb, int m, int n, int k, float[] a, int ao, int lda, float[] b, int bo, int ldb,
      float[] c, int co, int ldc, boolean accumulate) {
    int depth = Math.min(DEPTH, k);
    int width = Math.min(WIDTH, (n + COLUMNS - 1) / COLUMNS * COLUMNS);
    float[] packedB = Scratch.floats(Scratch.PACKED_B, depth * width);
    float[] packedA = Scratch.floats(Scratch.PACKED_A, (m + ROWS - 1) / ROWS * ROWS * depth);
    float[] edge = Scratch.floats(Scratch.TILE, ROWS * COLUMNS);
    for (int k0 = 0; k0 < k; k0 += depth) {
      int kc = Math.min(depth, k - k0);
      boolean add = accumulate || k0 > 0;
      packA(ta, m, kc, a, ta ? ao + k0 * lda : ao + k0, lda, packedA);
      for (int n0 = 0; n0 < n; n0 += width) {
        int nc = Math.min(width, n - n0);
        packB(tb, kc, nc, b, tb ? bo + n0 * ldb + k0 : bo + k0 * ldb + n0, ldb, packedB);
        for (int j = 0; j < nc; j += COLUMNS) {
          for (int i = 0; i < m; i += ROWS) {
            int at = co + i * ldc + n0 + j;
            int rows = Math.min(ROWS, m - i);
            int columns = Math.min(COLUMNS, nc - j);
            if (rows == ROWS && columns == COLUMNS) {
              tile(packedA, i * kc, packedB, j * kc, kc, c, at, ldc, add);
            } else {
              tile(packedA, i * kc, packedB, j * kc, kc, edge, 0, COLUMNS, false);
              copyEdge(edge, c, at, ldc, rows, columns, add);
            }
          }
        }
      }
    }
  }

  private static void copyEdge(
      float[] edge, float[] c, int at, int ldc, int rows, int columns, boolean add) {
    for (int r = 0; r < rows; r++) {
      for (int j = 0; j < columns; j++) {
        float value = edge[r * COLUMNS + j];
        c[at + r * ldc + j] = add ? c[at + r * ldc + j] + value : value;
      }
    }
  }

  /** Panels of 4 rows: {@code [m / 4][kc][4]}, zeros beyond m. */
  private static void packA(
      boolean transposed, int m, int kc, float[] a, int ao, int lda, float[] to) {
    for (int i = 0; i < m; i += ROWS) {
      int rows = Math.min(ROWS, m - i);
      int panel = i * kc;
      for (int r = 0; r < ROWS; r++) {
        if (r >= rows) {
          for (int l = 0; l < kc; l++) {
            to[panel + l * ROWS + r] = 0;
          }
        } else if (transposed) {
          for (int l = 0; l < kc; l++) {
            to[panel + l * ROWS + r] = a[ao + l * lda + i + r];
          }
        } else {
          int row = ao + (i + r) * lda;
          for (int l = 0; l < kc; l++) {
            to[panel + l * ROWS + r] = a[row + l];
          }
        }
      }
    }
  }

  /** Panels of 4 vectors of columns: {@code [n / columns][kc][columns]}, zeros beyond n. */
  private static void packB(
      boolean transposed, int kc, int nc, float[] b, int bo, int ldb, float[] to) {
    for (int j = 0; j < nc; j += COLUMNS) {
      int columns = Math.min(COLUMNS, nc - j);
      int panel = j * kc;
      if (columns < COLUMNS) {
        java.util.Arrays.fill(to, panel, panel + kc * COLUMNS, 0);
      }
      if (transposed) {
        for (int q = 0; q < columns; q++) {
          int column = bo + (j + q) * ldb;
          for (int l = 0; l < kc; l++) {
            to[panel + l * COLUMNS + q] = b[column + l];
          }
        }
      } else {
        for (int l = 0; l < kc; l++) {
          System.arraycopy(b, bo + l * ldb + j, to, panel + l * COLUMNS, columns);
        }
      }
    }
  }

  private static void tile(
      float[] a, int ao, float[] b, int bo, int kc, float[] c, int co, int ldc, boolean add) {
    FloatVector a0 = FloatVector.zero(S);
    FloatVector a1 = a0;
    FloatVector a2 = a0;
    FloatVector a3 = a0;
    FloatVector b0 = a0;
    FloatVector b1 = a0;
    FloatVector b2 = a0;
    FloatVector b3 = a0;
    FloatVector c0 = a0;
    FloatVector c1 = a0;
    FloatVector c2 = a0;
    FloatVector c3 = a0;
    FloatVector d0 = a0;
    FloatVector d1 = a0;
    FloatVector d2 = a0;
    FloatVector d3 = a0;
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
    row(c, co, add, a0, a1, a2, a3);
    row(c, co + ldc, add, b0, b1, b2, b3);
    row(c, co + 2 * ldc, add, c0, c1, c2, c3);
    row(c, co + 3 * ldc, add, d0, d1, d2, d3);
  }

  private static void row(
      float[] c, int at, boolean add, FloatVector v0, FloatVector v1, FloatVector v2, FloatVector v3) {
    if (add) {
      v0.add(FloatVector.fromArray(S, c, at)).intoArray(c, at);
      v1.add(FloatVector.fromArray(S, c, at + L)).intoArray(c, at + L);
      v2.add(FloatVector.fromArray(S, c, at + 2 * L)).intoArray(c, at + 2 * L);
      v3.add(FloatVector.fromArray(S, c, at + 3 * L)).intoArray(c, at + 3 * L);
    } else {
      v0.intoArray(c, at);
      v1.intoArray(c, at + L);
      v2.intoArray(c, at + 2 * L);
      v3.intoArray(c, at + 3 * L);
    }
  }
}
