package dev.tern.device.cpu;

import dev.tern.shape.DTypeException;
import dev.tern.shape.ShapeException;

/** Rows picked and added by their index in the middle of {@code [outer, n, inner]}. */
final class Indexing {
  private Indexing() {}

  /**
   * Checks every index.
   *
   * @throws ShapeException if one is below 0 or not below n
   */
  static void check(long[] index, int io, int count, int n) {
    for (int i = 0; i < count; i++) {
      if (index[io + i] < 0 || index[io + i] >= n) {
        throw new ShapeException(
            "index %d at position %d is out of range for a dimension of %d"
                .formatted(index[io + i], i, n));
      }
    }
  }

  /** {@code out[o, i, :] = x[o, index[i], :]}. */
  static void select(
      int outer,
      int n,
      int inner,
      Object x,
      int xo,
      long[] index,
      int io,
      int count,
      Object out,
      int oo) {
    for (int o = 0; o < outer; o++) {
      int from = xo + o * n * inner;
      int to = oo + o * count * inner;
      if (inner == 1 && x instanceof float[] f && out instanceof float[] t) {
        for (int i = 0; i < count; i++) {
          t[to + i] = f[from + (int) index[io + i]];
        }
      } else if (inner == 1 && x instanceof double[] f && out instanceof double[] t) {
        for (int i = 0; i < count; i++) {
          t[to + i] = f[from + (int) index[io + i]];
        }
      } else if (inner == 1 && x instanceof long[] f && out instanceof long[] t) {
        for (int i = 0; i < count; i++) {
          t[to + i] = f[from + (int) index[io + i]];
        }
      } else {
        for (int i = 0; i < count; i++) {
          System.arraycopy(x, from + (int) index[io + i] * inner, out, to + i * inner, inner);
        }
      }
    }
  }

  /** {@code to[o, index[i], :] += x[o, i, :]}, i upwards. */
  static void add(
      int outer,
      int n,
      int inner,
      Object x,
      int xo,
      long[] index,
      int io,
      int count,
      Object out,
      int oo) {
    for (int o = 0; o < outer; o++) {
      for (int i = 0; i < count; i++) {
        int from = xo + (o * count + i) * inner;
        int to = oo + (o * n + (int) index[io + i]) * inner;
        if (x instanceof float[] f && out instanceof float[] t) {
          row(f, from, t, to, inner);
        } else if (x instanceof double[] f && out instanceof double[] t) {
          row(f, from, t, to, inner);
        } else if (x instanceof long[] f && out instanceof long[] t) {
          row(f, from, t, to, inner);
        } else {
          throw new DTypeException(
              "indexAdd wants float32, float64 or int64, got elements in "
                  + out.getClass().getSimpleName());
        }
      }
    }
  }

  private static void row(float[] x, int from, float[] out, int to, int n) {
    for (int i = 0; i < n; i++) {
      out[to + i] += x[from + i];
    }
  }

  private static void row(double[] x, int from, double[] out, int to, int n) {
    for (int i = 0; i < n; i++) {
      out[to + i] += x[from + i];
    }
  }

  private static void row(long[] x, int from, long[] out, int to, int n) {
    for (int i = 0; i < n; i++) {
      out[to + i] += x[from + i];
    }
  }
}
