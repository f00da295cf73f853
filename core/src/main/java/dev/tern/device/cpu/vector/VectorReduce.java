package dev.tern.device.cpu.vector;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Reductions with four vectors of partial results, brought into a double every few thousand
 * elements.
 */
final class VectorReduce {
  private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
  private static final int L = S.length();
  private static final int STEP = 4 * L;
  private static final int CHUNK = 4096;

  private VectorReduce() {}

  static double sum(float[] x, int xo, int rows, int step, int n) {
    FloatVector a = FloatVector.zero(S);
    FloatVector b = a;
    FloatVector c = a;
    FloatVector d = a;
    float[] rest = new float[L];
    double total = 0;
    int held = 0;
    for (int r = 0; r < rows; r++) {
      for (int from = 0; from < n; from += CHUNK) {
        int at = xo + r * step + from;
        int count = Math.min(CHUNK, n - from);
        int i = 0;
        for (; i <= count - STEP; i += STEP) {
          a = a.add(FloatVector.fromArray(S, x, at + i));
          b = b.add(FloatVector.fromArray(S, x, at + i + L));
          c = c.add(FloatVector.fromArray(S, x, at + i + 2 * L));
          d = d.add(FloatVector.fromArray(S, x, at + i + 3 * L));
        }
        for (; i <= count - L; i += L) {
          a = a.add(FloatVector.fromArray(S, x, at + i));
        }
        for (int lane = 0; i < count; i++, lane++) {
          rest[lane] += x[at + i];
        }
        held += count;
        if (held >= CHUNK) {
          total += total(a, b, c, d, rest);
          a = FloatVector.zero(S);
          b = a;
          c = a;
          d = a;
          held = 0;
        }
      }
    }
    return total + total(a, b, c, d, rest);
  }

  /** The total of the vectors and of the rest, which begins again at zero. */
  private static float total(
      FloatVector a, FloatVector b, FloatVector c, FloatVector d, float[] rest) {
    a.add(b).add(c.add(d)).add(FloatVector.fromArray(S, rest, 0)).intoArray(rest, 0);
    float sum = total(rest);
    Arrays.fill(rest, 0);
    return sum;
  }

  /** In one order, always; what {@code reduceLanes} gives for a sum depends on the compiler. */
  private static float total(float[] lanes) {
    for (int half = L / 2; half > 0; half /= 2) {
      for (int i = 0; i < half; i++) {
        lanes[i] += lanes[half + i];
      }
    }
    return lanes[0];
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
    float[] lanes = new float[L];
    for (int r = 0; r < rows; r++) {
      float before = accumulate ? out[oo + r * step] : 0;
      out[oo + r * step] = before + product(x, xo + r * n, y, yo, n, lanes);
    }
  }

  private static float product(float[] x, int xo, float[] y, int yo, int n, float[] lanes) {
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
    a.add(b).add(c.add(d)).intoArray(lanes, 0);
    float sum = total(lanes);
    for (; i < n; i++) {
      sum = Math.fma(x[xo + i], y[yo + i], sum);
    }
    return sum;
  }

  /** {@code sums[so]}: of (x - center)², {@code sums[so + 1]}: of x - center. */
  static void sumsOfSquares(
      float[] x, int xo, float center, int rows, int step, int n, double[] sums, int so) {
    FloatVector zero = FloatVector.zero(S);
    FloatVector a = zero;
    FloatVector b = zero;
    FloatVector c = zero;
    FloatVector d = zero;
    FloatVector qa = zero;
    FloatVector qb = zero;
    FloatVector qc = zero;
    FloatVector qd = zero;
    float[] rest = new float[L];
    float[] restOfSquares = new float[L];
    double sum = 0;
    double squares = 0;
    int held = 0;
    for (int r = 0; r < rows; r++) {
      for (int from = 0; from < n; from += CHUNK) {
        int at = xo + r * step + from;
        int count = Math.min(CHUNK, n - from);
        int i = 0;
        for (; i <= count - STEP; i += STEP) {
          FloatVector v = FloatVector.fromArray(S, x, at + i).sub(center);
          a = a.add(v);
          qa = v.fma(v, qa);
          v = FloatVector.fromArray(S, x, at + i + L).sub(center);
          b = b.add(v);
          qb = v.fma(v, qb);
          v = FloatVector.fromArray(S, x, at + i + 2 * L).sub(center);
          c = c.add(v);
          qc = v.fma(v, qc);
          v = FloatVector.fromArray(S, x, at + i + 3 * L).sub(center);
          d = d.add(v);
          qd = v.fma(v, qd);
        }
        for (; i <= count - L; i += L) {
          FloatVector v = FloatVector.fromArray(S, x, at + i).sub(center);
          a = a.add(v);
          qa = v.fma(v, qa);
        }
        for (int lane = 0; i < count; i++, lane++) {
          float v = x[at + i] - center;
          rest[lane] += v;
          restOfSquares[lane] = Math.fma(v, v, restOfSquares[lane]);
        }
        held += count;
        if (held >= CHUNK) {
          sum += total(a, b, c, d, rest);
          squares += total(qa, qb, qc, qd, restOfSquares);
          a = zero;
          b = zero;
          c = zero;
          d = zero;
          qa = zero;
          qb = zero;
          qc = zero;
          qd = zero;
          held = 0;
        }
      }
    }
    sums[so] = squares + total(qa, qb, qc, qd, restOfSquares);
    sums[so + 1] = sum + total(a, b, c, d, rest);
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
    FloatVector zero = FloatVector.zero(S);
    FloatVector a = zero;
    FloatVector b = zero;
    FloatVector c = zero;
    FloatVector d = zero;
    FloatVector pa = zero;
    FloatVector pb = zero;
    FloatVector pc = zero;
    FloatVector pd = zero;
    float[] rest = new float[L];
    float[] restOfProducts = new float[L];
    double sum = 0;
    double products = 0;
    int held = 0;
    for (int r = 0; r < rows; r++) {
      for (int from = 0; from < n; from += CHUNK) {
        int at = r * step + from;
        int count = Math.min(CHUNK, n - from);
        int i = 0;
        for (; i <= count - STEP; i += STEP) {
          FloatVector v = FloatVector.fromArray(S, y, yo + at + i);
          a = a.add(v);
          pa = FloatVector.fromArray(S, x, xo + at + i).sub(center).fma(v, pa);
          v = FloatVector.fromArray(S, y, yo + at + i + L);
          b = b.add(v);
          pb = FloatVector.fromArray(S, x, xo + at + i + L).sub(center).fma(v, pb);
          v = FloatVector.fromArray(S, y, yo + at + i + 2 * L);
          c = c.add(v);
          pc = FloatVector.fromArray(S, x, xo + at + i + 2 * L).sub(center).fma(v, pc);
          v = FloatVector.fromArray(S, y, yo + at + i + 3 * L);
          d = d.add(v);
          pd = FloatVector.fromArray(S, x, xo + at + i + 3 * L).sub(center).fma(v, pd);
        }
        for (; i <= count - L; i += L) {
          FloatVector v = FloatVector.fromArray(S, y, yo + at + i);
          a = a.add(v);
          pa = FloatVector.fromArray(S, x, xo + at + i).sub(center).fma(v, pa);
        }
        for (int lane = 0; i < count; i++, lane++) {
          float v = y[yo + at + i];
          rest[lane] += v;
          restOfProducts[lane] = Math.fma(x[xo + at + i] - center, v, restOfProducts[lane]);
        }
        held += count;
        if (held >= CHUNK) {
          sum += total(a, b, c, d, rest);
          products += total(pa, pb, pc, pd, restOfProducts);
          a = zero;
          b = zero;
          c = zero;
          d = zero;
          pa = zero;
          pb = zero;
          pc = zero;
          pd = zero;
          held = 0;
        }
      }
    }
    sums[so] = products + total(pa, pb, pc, pd, restOfProducts);
    sums[so + 1] = sum + total(a, b, c, d, rest);
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
