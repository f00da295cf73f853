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
    float[] lanes = new float[L];
    double total = 0;
    int held = 0;
    for (int r = 0; r < rows; r++) {
      for (int from = 0; from < n; from += CHUNK) {
        int count = Math.min(CHUNK, n - from);
        add(x, xo + r * step + from, count, lanes);
        held += count;
        if (held >= CHUNK) {
          total += drain(lanes);
          held = 0;
        }
      }
    }
    return total + drain(lanes);
  }

  private static void add(float[] x, int xo, int n, float[] lanes) {
    FloatVector a = FloatVector.fromArray(S, lanes, 0);
    FloatVector b = FloatVector.zero(S);
    FloatVector c = b;
    FloatVector d = b;
    int i = 0;
    for (; i <= n - STEP; i += STEP) {
      a = a.add(FloatVector.fromArray(S, x, xo + i));
      b = b.add(FloatVector.fromArray(S, x, xo + i + L));
      c = c.add(FloatVector.fromArray(S, x, xo + i + 2 * L));
      d = d.add(FloatVector.fromArray(S, x, xo + i + 3 * L));
    }
    a.add(b).add(c.add(d)).intoArray(lanes, 0);
    for (; i < n; i++) {
      lanes[i % L] += x[xo + i];
    }
  }

  /** The total of the lanes, which begin again at zero. */
  private static float drain(float[] lanes) {
    float sum = total(lanes);
    Arrays.fill(lanes, 0);
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

  static double sumOfSquares(float[] x, int xo, float center, int rows, int step, int n) {
    float[] lanes = new float[L];
    double total = 0;
    int held = 0;
    for (int r = 0; r < rows; r++) {
      for (int from = 0; from < n; from += CHUNK) {
        int count = Math.min(CHUNK, n - from);
        addSquares(x, xo + r * step + from, center, count, lanes);
        held += count;
        if (held >= CHUNK) {
          total += drain(lanes);
          held = 0;
        }
      }
    }
    return total + drain(lanes);
  }

  private static void addSquares(float[] x, int xo, float center, int n, float[] lanes) {
    FloatVector a = FloatVector.fromArray(S, lanes, 0);
    FloatVector b = FloatVector.zero(S);
    FloatVector c = b;
    FloatVector d = b;
    int i = 0;
    for (; i <= n - STEP; i += STEP) {
      FloatVector v = FloatVector.fromArray(S, x, xo + i).sub(center);
      a = v.fma(v, a);
      v = FloatVector.fromArray(S, x, xo + i + L).sub(center);
      b = v.fma(v, b);
      v = FloatVector.fromArray(S, x, xo + i + 2 * L).sub(center);
      c = v.fma(v, c);
      v = FloatVector.fromArray(S, x, xo + i + 3 * L).sub(center);
      d = v.fma(v, d);
    }
    a.add(b).add(c.add(d)).intoArray(lanes, 0);
    for (; i < n; i++) {
      float centred = x[xo + i] - center;
      lanes[i % L] = Math.fma(centred, centred, lanes[i % L]);
    }
  }

  static double sumOfProducts(
      float[] x, int xo, float center, float[] y, int yo, int rows, int step, int n) {
    float[] lanes = new float[L];
    double total = 0;
    int held = 0;
    for (int r = 0; r < rows; r++) {
      for (int from = 0; from < n; from += CHUNK) {
        int at = r * step + from;
        int count = Math.min(CHUNK, n - from);
        addProducts(x, xo + at, center, y, yo + at, count, lanes);
        held += count;
        if (held >= CHUNK) {
          total += drain(lanes);
          held = 0;
        }
      }
    }
    return total + drain(lanes);
  }

  private static void addProducts(
      float[] x, int xo, float center, float[] y, int yo, int n, float[] lanes) {
    FloatVector a = FloatVector.fromArray(S, lanes, 0);
    FloatVector b = FloatVector.zero(S);
    FloatVector c = b;
    FloatVector d = b;
    int i = 0;
    for (; i <= n - STEP; i += STEP) {
      FloatVector v = FloatVector.fromArray(S, x, xo + i).sub(center);
      a = v.fma(FloatVector.fromArray(S, y, yo + i), a);
      v = FloatVector.fromArray(S, x, xo + i + L).sub(center);
      b = v.fma(FloatVector.fromArray(S, y, yo + i + L), b);
      v = FloatVector.fromArray(S, x, xo + i + 2 * L).sub(center);
      c = v.fma(FloatVector.fromArray(S, y, yo + i + 2 * L), c);
      v = FloatVector.fromArray(S, x, xo + i + 3 * L).sub(center);
      d = v.fma(FloatVector.fromArray(S, y, yo + i + 3 * L), d);
    }
    a.add(b).add(c.add(d)).intoArray(lanes, 0);
    for (; i < n; i++) {
      lanes[i % L] = Math.fma(x[xo + i] - center, y[yo + i], lanes[i % L]);
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
