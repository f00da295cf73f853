package dev.tern.device.cpu;

import java.util.Arrays;

/**
 * Matrix products as plain loops that C2 makes vector instructions of: rows in arrays of their own,
 * one index, three rows of the result at a time with two of b. (With longer sums JDK 17 makes no
 * vectors.)
 */
final class ScalarGemm {
  private static final int DEPTH = 128;
  private static final int WIDTH = 512;
  private static final int ROWS = 3;

  private ScalarGemm() {}

  /** {@link Simd#gemm}. */
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
    int width = Math.min(WIDTH, n);
    float[][] rows = Scratch.rows(Scratch.PACKED_B, DEPTH, width);
    float[][] sums = Scratch.rows(Scratch.TILE, ROWS, width);
    float[] left = Scratch.floats(Scratch.PACKED_A, ROWS * DEPTH);
    for (int n0 = 0; n0 < n; n0 += width) {
      int nc = Math.min(width, n - n0);
      for (int k0 = 0; k0 < k; k0 += DEPTH) {
        int kc = Math.min(DEPTH, k - k0);
        copy(tb, kc, nc, b, tb ? bo + n0 * ldb + k0 : bo + k0 * ldb + n0, ldb, rows);
        if (kc % 2 == 1) {
          Arrays.fill(rows[kc], 0, nc, 0);
        }
        for (int i = 0; i < m; i += ROWS) {
          int count = Math.min(ROWS, m - i);
          for (int r = 0; r < count; r++) {
            int at = co + (i + r) * ldc + n0;
            if (accumulate || k0 > 0) {
              System.arraycopy(c, at, sums[r], 0, nc);
            } else {
              Arrays.fill(sums[r], 0, nc, 0);
            }
            int from = ta ? ao + k0 * lda + i + r : ao + (i + r) * lda + k0;
            factors(a, from, ta ? lda : 1, kc, left, r);
          }
          for (int l = 0; l < kc; l += 2) {
            addTwo(sums[0], sums[1], sums[2], rows[l], rows[l + 1], left, ROWS * l, nc);
          }
          for (int r = 0; r < count; r++) {
            System.arraycopy(sums[r], 0, c, co + (i + r) * ldc + n0, nc);
          }
        }
      }
    }
  }

  /** The rows of b, each in an array of its own. */
  private static void copy(
      boolean transposed, int kc, int nc, float[] b, int bo, int ldb, float[][] rows) {
    if (!transposed) {
      for (int l = 0; l < kc; l++) {
        System.arraycopy(b, bo + l * ldb, rows[l], 0, nc);
      }
      return;
    }
    for (int j = 0; j < nc; j++) {
      for (int l = 0; l < kc; l++) {
        rows[l][j] = b[bo + j * ldb + l];
      }
    }
  }

  /**
   * A piece of a row of a to {@code [kc, ROWS]}, with a zero behind it if kc is odd: -0, so that
   * adding its product changes nothing, not even the sign of a zero.
   */
  private static void factors(float[] a, int ao, int step, int kc, float[] to, int r) {
    for (int l = 0; l < kc; l++) {
      to[l * ROWS + r] = a[ao + l * step];
    }
    if (kc % 2 == 1) {
      to[kc * ROWS + r] = -0f;
    }
  }

  /** Adds to each row of sums its two factors times b and d. */
  private static void addTwo(
      float[] s, float[] t, float[] u, float[] b, float[] d, float[] x, int at, int n) {
    float s0 = x[at];
    float t0 = x[at + 1];
    float u0 = x[at + 2];
    float s1 = x[at + 3];
    float t1 = x[at + 4];
    float u1 = x[at + 5];
    for (int j = 0; j < n; j++) {
      float v = b[j];
      float w = d[j];
      s[j] = Math.fma(s1, w, Math.fma(s0, v, s[j]));
      t[j] = Math.fma(t1, w, Math.fma(t0, v, t[j]));
      u[j] = Math.fma(u1, w, Math.fma(u0, v, u[j]));
    }
  }
}
