package dev.tern.device.cpu.vector;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Reductions with four vectors of partial results and the elements that fill none, kept from row to
 * row and brought into a double every few thousand elements. Each inner loop has a method of its
 * own: with vectors that live on around it, JDK 17 would make objects of them.
 */
final class VectorReduce {
  private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
  private static final int L = S.length();
  private static final int STEP = 4 * L;
  private static final int CHUNK = 4096;

  /** Of a sum: four vectors, and the lanes of what fills none. */
  private static final int PARTS = 5 * L;

  private VectorReduce() {}

  static double sum(float[] x, int xo, int rows, int step, int n) {
    if (rows == 1 && n <= CHUNK && n % L == 0) {
      return sum(x, xo, n);
    }
    float[] parts = new float[PARTS];
    double total = 0;
    int held = 0;
    int together = together(n);
    for (int r = 0; r < rows; r += together) {
      int group = Math.min(together, rows - r);
      for (int from = 0; from < n; from += CHUNK) {
        int count = Math.min(CHUNK, n - from);
        add(x, xo + r * step + from, group, step, count, parts);
        held += group * count;
        if (held >= CHUNK) {
          total += drain(parts, 0);
          held = 0;
        }
      }
    }
    return total + drain(parts, 0);
  }

  /** Of whole vectors, few enough to need no parts: the same operations. */
  private static float sum(float[] x, int xo, int n) {
    FloatVector a = FloatVector.zero(S);
    FloatVector b = a;
    FloatVector c = a;
    FloatVector d = a;
    int i = 0;
    for (; i <= n - STEP; i += STEP) {
      a = a.add(FloatVector.fromArray(S, x, xo + i));
      b = b.add(FloatVector.fromArray(S, x, xo + i + L));
      c = c.add(FloatVector.fromArray(S, x, xo + i + 2 * L));
      d = d.add(FloatVector.fromArray(S, x, xo + i + 3 * L));
    }
    for (; i < n; i += L) {
      a = a.add(FloatVector.fromArray(S, x, xo + i));
    }
    return total(a.add(b).add(c.add(d)));
  }

  /** So many rows are added up in one loop: those with no rest, until the parts are full. */
  private static int together(int n) {
    return n % STEP == 0 && 0 < n ? (CHUNK + n - 1) / n : 1;
  }

  private static void add(float[] x, int xo, int rows, int step, int n, float[] parts) {
    FloatVector a = FloatVector.fromArray(S, parts, 0);
    FloatVector b = FloatVector.fromArray(S, parts, L);
    FloatVector c = FloatVector.fromArray(S, parts, 2 * L);
    FloatVector d = FloatVector.fromArray(S, parts, 3 * L);
    int whole = n - n % STEP;
    int at = 0;
    int end = whole;
    for (int i = 0; i < rows * whole; i += STEP) {
      a = a.add(FloatVector.fromArray(S, x, xo + at));
      b = b.add(FloatVector.fromArray(S, x, xo + at + L));
      c = c.add(FloatVector.fromArray(S, x, xo + at + 2 * L));
      d = d.add(FloatVector.fromArray(S, x, xo + at + 3 * L));
      at += STEP;
      if (at == end) {
        at += step - whole;
        end += step;
      }
    }
    int i = whole;
    for (; i <= n - L; i += L) {
      a = a.add(FloatVector.fromArray(S, x, xo + i));
    }
    a.intoArray(parts, 0);
    b.intoArray(parts, L);
    c.intoArray(parts, 2 * L);
    d.intoArray(parts, 3 * L);
    for (int lane = 4 * L; i < n; i++, lane++) {
      parts[lane] += x[xo + i];
    }
  }

  /** The total of the parts from {@code at} on, which begin again at zero. */
  private static float drain(float[] parts, int at) {
    FloatVector sums =
        FloatVector.fromArray(S, parts, at)
            .add(FloatVector.fromArray(S, parts, at + L))
            .add(
                FloatVector.fromArray(S, parts, at + 2 * L)
                    .add(FloatVector.fromArray(S, parts, at + 3 * L)))
            .add(FloatVector.fromArray(S, parts, at + 4 * L));
    Arrays.fill(parts, at, at + PARTS, 0);
    return total(sums);
  }

  /** In one order, always; what {@code reduceLanes} gives for a sum depends on the compiler. */
  private static float total(FloatVector v) {
    if (L > 8) {
      v = v.add(v.rearrange(LaneTranspose.CROSS_8));
    }
    if (L > 4) {
      v = v.add(v.rearrange(LaneTranspose.CROSS_4));
    }
    v = v.add(v.rearrange(LaneTranspose.CROSS_2));
    return v.add(v.rearrange(LaneTranspose.CROSS_1)).lane(0);
  }

  static void rowProducts(
      int rows,
      int n,
      float[] x,
      int xo,
      float[] y,
      int yo,
      float[] out,
      int oo,
      int step,
      boolean accumulate) {
    for (int r = 0; r < rows; r++) {
      float before = accumulate ? out[oo + r * step] : 0;
      out[oo + r * step] = before + product(x, xo + r * n, y, yo, n);
    }
  }

  private static float product(float[] x, int xo, float[] y, int yo, int n) {
    FloatVector a = FloatVector.zero(S);
    FloatVector b = a;
    FloatVector c = a;
    FloatVector d = a;
    int i = 0;
    for (; i <= n - STEP; i += STEP) {
      a = FloatVector.fromArray(S, x, xo + i).fma(FloatVector.fromArray(S, y, yo + i), a);
      b = FloatVector.fromArray(S, x, xo + i + L).fma(FloatVector.fromArray(S, y, yo + i + L), b);
      c =
          FloatVector.fromArray(S, x, xo + i + 2 * L)
              .fma(FloatVector.fromArray(S, y, yo + i + 2 * L), c);
      d =
          FloatVector.fromArray(S, x, xo + i + 3 * L)
              .fma(FloatVector.fromArray(S, y, yo + i + 3 * L), d);
    }
    for (; i <= n - L; i += L) {
      a = FloatVector.fromArray(S, x, xo + i).fma(FloatVector.fromArray(S, y, yo + i), a);
    }
    float sum = total(a.add(b).add(c.add(d)));
    for (; i < n; i++) {
      sum = Math.fma(x[xo + i], y[yo + i], sum);
    }
    return sum;
  }

  /** {@code sums[so]}: of (x - center)², {@code sums[so + 1]}: of x - center. */
  static void sumsOfSquares(
      float[] x, int xo, float center, int rows, int step, int n, double[] sums, int so) {
    float[] parts = new float[2 * PARTS];
    double sum = 0;
    double squares = 0;
    int held = 0;
    int together = together(n);
    for (int r = 0; r < rows; r += together) {
      int group = Math.min(together, rows - r);
      for (int from = 0; from < n; from += CHUNK) {
        int at = r * step + from;
        int count = Math.min(CHUNK, n - from);
        addSquares(x, xo + at, center, group, step, count, parts);
        held += group * count;
        if (held >= CHUNK) {
          sum += drain(parts, 0);
          squares += drain(parts, PARTS);
          held = 0;
        }
      }
    }
    sums[so] = squares + drain(parts, PARTS);
    sums[so + 1] = sum + drain(parts, 0);
  }

  private static void addSquares(
      float[] x, int xo, float center, int rows, int step, int n, float[] parts) {
    FloatVector a = FloatVector.fromArray(S, parts, 0);
    FloatVector b = FloatVector.fromArray(S, parts, L);
    FloatVector c = FloatVector.fromArray(S, parts, 2 * L);
    FloatVector d = FloatVector.fromArray(S, parts, 3 * L);
    FloatVector e = FloatVector.fromArray(S, parts, PARTS);
    FloatVector f = FloatVector.fromArray(S, parts, PARTS + L);
    FloatVector g = FloatVector.fromArray(S, parts, PARTS + 2 * L);
    FloatVector h = FloatVector.fromArray(S, parts, PARTS + 3 * L);
    int whole = n - n % STEP;
    int at = 0;
    int end = whole;
    for (int i = 0; i < rows * whole; i += STEP) {
      FloatVector v = FloatVector.fromArray(S, x, xo + at).sub(center);
      a = a.add(v);
      e = v.fma(v, e);
      v = FloatVector.fromArray(S, x, xo + at + L).sub(center);
      b = b.add(v);
      f = v.fma(v, f);
      v = FloatVector.fromArray(S, x, xo + at + 2 * L).sub(center);
      c = c.add(v);
      g = v.fma(v, g);
      v = FloatVector.fromArray(S, x, xo + at + 3 * L).sub(center);
      d = d.add(v);
      h = v.fma(v, h);
      at += STEP;
      if (at == end) {
        at += step - whole;
        end += step;
      }
    }
    int i = whole;
    for (; i <= n - L; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, xo + i).sub(center);
      a = a.add(v);
      e = v.fma(v, e);
    }
    a.intoArray(parts, 0);
    b.intoArray(parts, L);
    c.intoArray(parts, 2 * L);
    d.intoArray(parts, 3 * L);
    e.intoArray(parts, PARTS);
    f.intoArray(parts, PARTS + L);
    g.intoArray(parts, PARTS + 2 * L);
    h.intoArray(parts, PARTS + 3 * L);
    for (int lane = 4 * L; i < n; i++, lane++) {
      float v = x[xo + i] - center;
      parts[lane] += v;
      parts[PARTS + lane] = Math.fma(v, v, parts[PARTS + lane]);
    }
  }

  /** {@code sums[so]}: of y (x - center), {@code sums[so + 1]}: of y, as {@link #sum} has it. */
  static void sumsOfProducts(
      float[] x,
      int xo,
      float center,
      float[] y,
      int yo,
      int rows,
      int step,
      int n,
      double[] sums,
      int so) {
    float[] parts = new float[2 * PARTS];
    double sum = 0;
    double products = 0;
    int held = 0;
    int together = together(n);
    for (int r = 0; r < rows; r += together) {
      int group = Math.min(together, rows - r);
      for (int from = 0; from < n; from += CHUNK) {
        int at = r * step + from;
        int count = Math.min(CHUNK, n - from);
        addProducts(x, xo + at, center, y, yo + at, group, step, count, parts);
        held += group * count;
        if (held >= CHUNK) {
          sum += drain(parts, 0);
          products += drain(parts, PARTS);
          held = 0;
        }
      }
    }
    sums[so] = products + drain(parts, PARTS);
    sums[so + 1] = sum + drain(parts, 0);
  }

  private static void addProducts(
      float[] x,
      int xo,
      float center,
      float[] y,
      int yo,
      int rows,
      int step,
      int n,
      float[] parts) {
    FloatVector a = FloatVector.fromArray(S, parts, 0);
    FloatVector b = FloatVector.fromArray(S, parts, L);
    FloatVector c = FloatVector.fromArray(S, parts, 2 * L);
    FloatVector d = FloatVector.fromArray(S, parts, 3 * L);
    FloatVector e = FloatVector.fromArray(S, parts, PARTS);
    FloatVector f = FloatVector.fromArray(S, parts, PARTS + L);
    FloatVector g = FloatVector.fromArray(S, parts, PARTS + 2 * L);
    FloatVector h = FloatVector.fromArray(S, parts, PARTS + 3 * L);
    int whole = n - n % STEP;
    int at = 0;
    int end = whole;
    for (int i = 0; i < rows * whole; i += STEP) {
      FloatVector v = FloatVector.fromArray(S, y, yo + at);
      a = a.add(v);
      e = FloatVector.fromArray(S, x, xo + at).sub(center).fma(v, e);
      v = FloatVector.fromArray(S, y, yo + at + L);
      b = b.add(v);
      f = FloatVector.fromArray(S, x, xo + at + L).sub(center).fma(v, f);
      v = FloatVector.fromArray(S, y, yo + at + 2 * L);
      c = c.add(v);
      g = FloatVector.fromArray(S, x, xo + at + 2 * L).sub(center).fma(v, g);
      v = FloatVector.fromArray(S, y, yo + at + 3 * L);
      d = d.add(v);
      h = FloatVector.fromArray(S, x, xo + at + 3 * L).sub(center).fma(v, h);
      at += STEP;
      if (at == end) {
        at += step - whole;
        end += step;
      }
    }
    int i = whole;
    for (; i <= n - L; i += L) {
      FloatVector v = FloatVector.fromArray(S, y, yo + i);
      a = a.add(v);
      e = FloatVector.fromArray(S, x, xo + i).sub(center).fma(v, e);
    }
    a.intoArray(parts, 0);
    b.intoArray(parts, L);
    c.intoArray(parts, 2 * L);
    d.intoArray(parts, 3 * L);
    e.intoArray(parts, PARTS);
    f.intoArray(parts, PARTS + L);
    g.intoArray(parts, PARTS + 2 * L);
    h.intoArray(parts, PARTS + 3 * L);
    for (int lane = 4 * L; i < n; i++, lane++) {
      float v = y[yo + i];
      parts[lane] += v;
      parts[PARTS + lane] = Math.fma(x[xo + i] - center, v, parts[PARTS + lane]);
    }
  }

  static float max(float[] x, int xo, int n) {
    FloatVector a = FloatVector.broadcast(S, Float.NEGATIVE_INFINITY);
    int i = 0;
    for (; i <= n - L; i += L) {
      a = a.max(FloatVector.fromArray(S, x, xo + i));
    }
    float max = a.reduceLanes(VectorOperators.MAX);
    for (; i < n; i++) {
      max = Math.max(max, x[xo + i]);
    }
    return max;
  }

  static float min(float[] x, int xo, int n) {
    FloatVector a = FloatVector.broadcast(S, Float.POSITIVE_INFINITY);
    int i = 0;
    for (; i <= n - L; i += L) {
      a = a.min(FloatVector.fromArray(S, x, xo + i));
    }
    float min = a.reduceLanes(VectorOperators.MIN);
    for (; i < n; i++) {
      min = Math.min(min, x[xo + i]);
    }
    return min;
  }
}
