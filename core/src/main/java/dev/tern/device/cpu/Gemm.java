package dev.tern.device.cpu;

import java.util.Arrays;

/**
 * FLOAT32 matrix products. The blocks of the result that tasks compute may depend on the number of
 * threads, because the order in which an element is summed does not depend on its block.
 */
final class Gemm {
  /** A block has at least so many products, or one thread is faster than two. */
  private static final int ENOUGH = 1 << 19;

  /** Blocks for each thread, so that a late one is not waited for long. */
  private static final int BLOCKS = 4;

  /** What the columns of a block are a multiple of. */
  private static final int UNIT = 64;

  /** Likewise its rows: few, for a sliver of the last ones has to pack as much as a whole block. */
  private static final int ROWS = 8;

  /** Below so many products, packing costs more than it saves. */
  private static final int SMALL = 1024;

  /** So few rows or columns are products with single vectors, which need no packing. */
  private static final int FEW = 4;

  /** Elements of a matrix that one task multiplies with a vector. */
  private static final int ELEMENTS = 1 << 16;

  private Gemm() {}

  /**
   * {@code c = op(a) op(b)}, added to c if asked; dense, row-major, a and b perhaps stored
   * transposed.
   */
  static void sgemm(
      boolean ta,
      boolean tb,
      int m,
      int n,
      int k,
      float[] a,
      int ao,
      float[] b,
      int bo,
      float[] c,
      int co,
      boolean accumulate) {
    if (m == 0 || n == 0) {
      return;
    }
    if (k == 0) {
      if (!accumulate) {
        Arrays.fill(c, co, co + m * n, 0);
      }
      return;
    }
    if (!ta && k >= 16 && n <= FEW) {
      columns(0, tb, m, n, k, a, ao, b, bo, c, co, accumulate);
      return;
    }
    if (!ta && k >= 16 && tb && m <= FEW) {
      for (int i = 0; i < m; i++) {
        vectors(n, k, b, bo, a, ao + i * k, c, co + i * n, 1, accumulate);
      }
      return;
    }
    if (ta && n == 1) { // a column is also a row: c^T = b^T a^T
      sgemm(false, false, 1, m, k, b, bo, a, ao, c, co, accumulate);
      return;
    }
    if (!ta && n <= FEW || (long) m * n * k <= SMALL) {
      small(ta, tb, m, n, k, a, ao, b, bo, c, co, accumulate);
      return;
    }
    int rest = n % Simd.get().lanes();
    int wide = !ta && k >= 16 && rest <= FEW ? n - rest : n; // so few would be a panel of a vector
    if (wide < n) {
      columns(wide, tb, m, n, k, a, ao, b, bo, c, co, accumulate);
    }
    int lda = ta ? m : k;
    int ldb = tb ? k : n;
    int rows = m;
    int columns = wide;
    int most = Team.threads() == 1 ? 1 : BLOCKS * Team.threads();
    long wanted = Math.min((long) m * n * k / ENOUGH, most);
    while ((long) blocks(m, rows) * blocks(wide, columns) < wanted
        && Math.max(rows, columns) > UNIT) {
      if (rows > columns) {
        rows = half(rows, ROWS);
      } else {
        columns = half(columns, UNIT);
      }
    }
    int height = rows;
    int width = columns;
    int across = blocks(wide, width);
    Team.run(
        blocks(m, height) * across,
        task -> {
          int i = task / across * height;
          int j = task % across * width;
          Simd.get()
              .gemm(
                  ta,
                  tb,
                  Math.min(height, m - i),
                  Math.min(width, wide - j),
                  k,
                  a,
                  ta ? ao + i : ao + i * lda,
                  lda,
                  b,
                  tb ? bo + j * ldb : bo + j,
                  ldb,
                  c,
                  co + i * n + j,
                  n,
                  accumulate);
        });
  }

  private static int blocks(int n, int size) {
    return (n + size - 1) / size;
  }

  private static int half(int n, int unit) {
    return blocks(n, 2 * unit) * unit;
  }

  /** The products of the rows of a matrix, {@code x: [rows, k]}, with a vector y. */
  private static void vectors(
      int rows,
      int k,
      float[] x,
      int xo,
      float[] y,
      int yo,
      float[] out,
      int oo,
      int step,
      boolean accumulate) {
    int block = Math.max(1, ELEMENTS / k);
    Team.run(
        (rows + block - 1) / block,
        task -> {
          int r = task * block;
          int count = Math.min(block, rows - r);
          Simd.get()
              .rowProducts(count, k, x, xo + r * k, y, yo, out, oo + r * step, step, accumulate);
        });
  }

  /** The columns of the result from {@code first} on, one after the other; a is not transposed. */
  private static void columns(
      int first,
      boolean tb,
      int m,
      int n,
      int k,
      float[] a,
      int ao,
      float[] b,
      int bo,
      float[] c,
      int co,
      boolean accumulate) {
    float[] own = tb ? b : Scratch.floats(Scratch.TRANSPOSED, k);
    for (int j = first; j < n; j++) {
      int at = tb ? bo + j * k : 0;
      for (int l = 0; !tb && l < k; l++) {
        own[l] = b[bo + l * n + j];
      }
      vectors(m, k, a, ao, own, at, c, co + j, n, accumulate);
    }
  }

  private static void small(
      boolean ta,
      boolean tb,
      int m,
      int n,
      int k,
      float[] a,
      int ao,
      float[] b,
      int bo,
      float[] c,
      int co,
      boolean accumulate) {
    int aRow = ta ? 1 : k;
    int aStep = ta ? m : 1;
    int bColumn = tb ? k : 1;
    int bStep = tb ? 1 : n;
    for (int i = 0; i < m; i++) {
      for (int j = 0; j < n; j++) {
        float sum = accumulate ? c[co + i * n + j] : 0;
        int p = ao + i * aRow;
        int q = bo + j * bColumn;
        for (int l = 0; l < k; l++) {
          sum = Math.fma(a[p], b[q], sum);
          p += aStep;
          q += bStep;
        }
        c[co + i * n + j] = sum;
      }
    }
  }
}
