package dev.tern.device.cpu.vector;

import dev.tern.device.cpu.Scratch;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Matrix products in {@link GemmTiles}. The right operand is packed into panels of a tile's width,
 * the last ones perhaps narrower, which begin a cache line if possible; the left one is read where
 * it stands, after a transposition if it is stored transposed. Edges are computed whole and copied
 * in part.
 */
final class VectorGemm {
  private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
  private static final int L = S.length();

  /** The width of a panel: vectors of 8 lanes have only 16 registers. */
  private static final int COLUMNS = L == 8 ? 2 * L : 4 * L;

  /** Rows of a panel: long sums, so that c is seldom read and written. */
  private static final int DEPTH = 512;

  /** Rows of the left operand that stay in the second cache while all panels pass. */
  private static final int HEIGHT = 120;

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
    int depth = Math.min(DEPTH, k);
    int pitch = roundUp(depth);
    int size = depth * Math.min(WIDTH, roundUp(n));
    float[] packedB = Scratch.floats(Scratch.PACKED_B, size + CacheLines.LINE);
    int start = CacheLines.start(packedB, (long) m * n * k);
    float[] rows = ta ? Scratch.floats(Scratch.PACKED_A, Math.min(HEIGHT, m) * pitch) : a;
    float[] edge = Scratch.floats(Scratch.TILE, GemmTiles.MOST_ROWS * COLUMNS);
    for (int k0 = 0; k0 < k; k0 += depth) {
      int kc = Math.min(depth, k - k0);
      for (int n0 = 0; n0 < n; n0 += WIDTH) {
        int nc = Math.min(WIDTH, n - n0);
        packB(tb, kc, nc, b, tb ? bo + n0 * ldb + k0 : bo + k0 * ldb + n0, ldb, packedB, start);
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
            boolean clear = k0 == 0 && !accumulate;
            if (clear && columns == valid) {
              clear(c, to + j, ldc, mc, columns);
            }
            int at = start + j * kc;
            panel(
                mc, kc, rows, first, ld, packedB, at, columns, c, to + j, ldc, valid, edge, clear);
          }
        }
      }
    }
  }

  /** Zeros a panel's width of c just before it is added to, while it is on its way to the cache. */
  private static void clear(float[] c, int co, int ldc, int rows, int columns) {
    for (int i = 0; i < rows; i++) {
      Arrays.fill(c, co + i * ldc, co + i * ldc + columns, 0);
    }
  }

  private static int roundUp(int n) {
    return (n + L - 1) / L * L;
  }

  /** The width of the next panel where so many columns are left: 4, 2 or 1 vectors. */
  private static int width(int left) {
    return left > 3 * L ? COLUMNS : left > L ? 2 * L : L;
  }

  /** One panel of b, some of its columns valid, under mc rows of a; c counts as zero if clear. */
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
      float[] edge,
      boolean clear) {
    int height;
    for (int i = 0; i < mc; i += height) {
      height = columns == L ? 4 : height(mc - i);
      int rows = Math.min(height, mc - i);
      boolean whole = rows == height && columns == valid;
      float[] to = whole ? c : edge;
      int at = whole ? co + i * ldc : 0;
      int ld = whole ? ldc : columns;
      if (!whole && clear) {
        Arrays.fill(edge, 0, height * columns, 0);
      } else if (!whole) {
        copy(c, co + i * ldc, ldc, edge, 0, columns, rows, valid);
      }
      int last = ao + (mc - 1) * lda;
      int r0 = ao + i * lda;
      int r1 = Math.min(r0 + lda, last);
      int r2 = Math.min(r1 + lda, last);
      int r3 = Math.min(r2 + lda, last);
      int r4 = Math.min(r3 + lda, last);
      int r5 = Math.min(r4 + lda, last);
      if (columns == L) {
        GemmTiles.fourByOne(a, r0, r1, r2, r3, b, bo, kc, to, at, ld);
      } else if (columns == 2 * L && height == 4) {
        GemmTiles.fourByTwo(a, r0, r1, r2, r3, b, bo, kc, to, at, ld);
      } else if (columns == 2 * L) {
        GemmTiles.sixByTwo(a, r0, r1, r2, r3, r4, r5, b, bo, kc, to, at, ld);
      } else if (height == 4) {
        GemmTiles.fourByFour(a, r0, r1, r2, r3, b, bo, kc, to, at, ld);
      } else {
        GemmTiles.sixByFour(a, r0, r1, r2, r3, r4, r5, b, bo, kc, to, at, ld);
      }
      if (!whole) {
        copy(edge, 0, columns, c, co + i * ldc, ldc, rows, valid);
      }
    }
  }

  /** The rows of the next tile where so many are left: sixes, and fours where they fit better. */
  private static int height(int left) {
    return left <= 4 || left == 7 || left == 8 ? 4 : 6;
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
      int[] columns = LaneTranspose.planes(kc - l, lda);
      LaneTranspose.toLanes(a, ao + l * lda, columns, kc - l, to, l, rows, mc);
    }
  }

  /** Panels behind each other from start on, {@code [kc, columns]} each, beyond n anything. */
  private static void packB(
      boolean transposed, int kc, int nc, float[] b, int bo, int ldb, float[] to, int start) {
    int columns;
    for (int j = 0; j < nc; j += columns) {
      columns = width(nc - j);
      int valid = Math.min(columns, nc - j);
      int at = start + j * kc;
      if (transposed) {
        turnB(kc, valid, b, bo + j * ldb, ldb, to, at, columns);
      } else {
        copy(b, bo + j, ldb, to, at, columns, kc, valid);
      }
    }
  }

  private static void turnB(
      int kc, int valid, float[] b, int bo, int ldb, float[] to, int at, int columns) {
    int[] rows = LaneTranspose.positions(kc, 1, columns / L);
    for (int j = 0; j < valid; j += L) {
      int[] rowsOfB = LaneTranspose.planes(valid - j, ldb);
      LaneTranspose.toLanes(b, bo + j * ldb, rowsOfB, valid - j, to, at + j, rows, kc);
    }
  }
}
