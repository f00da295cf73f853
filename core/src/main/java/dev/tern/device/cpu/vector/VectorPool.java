package dev.tern.device.cpu.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/** Pooling of 2x2 windows: the maximum of two rows, then of neighbouring lanes. */
final class VectorPool {
  private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
  private static final int L = S.length();
  private static final VectorShuffle<Float> EVEN_LOW = shuffle(i -> 2 * i % L);
  private static final VectorShuffle<Float> ODD_LOW = shuffle(i -> 2 * i % L + 1);
  private static final VectorShuffle<Float> SWAP = shuffle(i -> i ^ 1);
  private static final VectorShuffle<Float> TWICE_LOW = shuffle(i -> i / 2);
  private static final VectorShuffle<Float> TWICE_HIGH = shuffle(i -> L / 2 + i / 2);
  private static final VectorMask<Float> HIGH = VectorMask.fromLong(S, ~0L << L / 2);
  private static final FloatVector ODD = odd();

  private VectorPool() {}

  private static VectorShuffle<Float> shuffle(java.util.function.IntUnaryOperator lane) {
    int[] lanes = new int[L];
    java.util.Arrays.setAll(lanes, lane);
    return VectorShuffle.fromArray(S, lanes, 0);
  }

  private static FloatVector odd() {
    float[] ones = new float[L];
    for (int i = 1; i < L; i += 2) {
      ones[i] = 1;
    }
    return FloatVector.fromArray(S, ones, 0);
  }

  /** Whether whole vectors of a row make pairs. */
  static boolean fits(int rows, int w) {
    return w % L == 0 && rows * (w / L) % 2 == 0;
  }

  /** x [rows 2, w] to y [rows, w/2], two vectors of a pair of rows to one vector of the result. */
  static void forward(int rows, int w, float[] x, int xo, float[] y, int yo) {
    int perRow = w / L;
    int count = rows * perRow;
    for (int v = 0; v < count; v += 2) {
      int a = xo + v / perRow * 2 * w + v % perRow * L;
      int b = xo + (v + 1) / perRow * 2 * w + (v + 1) % perRow * L;
      FloatVector va = FloatVector.fromArray(S, x, a).max(FloatVector.fromArray(S, x, a + w));
      FloatVector vb = FloatVector.fromArray(S, x, b).max(FloatVector.fromArray(S, x, b + w));
      FloatVector even = va.rearrange(EVEN_LOW).blend(vb.rearrange(EVEN_LOW), HIGH);
      FloatVector odd = va.rearrange(ODD_LOW).blend(vb.rearrange(ODD_LOW), HIGH);
      even.max(odd).intoArray(y, yo + v * (L / 2));
    }
  }

  /** The gradient to the first largest of each window, zero to the others. */
  static void grad(int rows, int w, float[] x, int xo, float[] dy, int dyo, float[] dx, int dxo) {
    int perRow = w / L;
    int count = rows * perRow;
    for (int v = 0; v < count; v += 2) {
      FloatVector g = FloatVector.fromArray(S, dy, dyo + v * (L / 2));
      int a = v / perRow * 2 * w + v % perRow * L;
      int b = (v + 1) / perRow * 2 * w + (v + 1) % perRow * L;
      windows(g.rearrange(TWICE_LOW), w, x, xo + a, dx, dxo + a);
      windows(g.rearrange(TWICE_HIGH), w, x, xo + b, dx, dxo + b);
    }
  }

  private static void windows(FloatVector g, int w, float[] x, int xo, float[] dx, int dxo) {
    FloatVector zero = FloatVector.zero(S);
    FloatVector one = FloatVector.broadcast(S, 1);
    FloatVector upper = FloatVector.fromArray(S, x, xo);
    FloatVector lower = FloatVector.fromArray(S, x, xo + w);
    FloatVector column = upper.max(lower);
    FloatVector largest = column.max(column.rearrange(SWAP));
    // 1 where an element is the window's largest; NaN differs from itself and is the largest there
    // is
    FloatVector hitUpper =
        zero.blend(one, upper.compare(VectorOperators.EQ, largest))
            .blend(one, upper.compare(VectorOperators.NE, upper));
    FloatVector hitLower =
        zero.blend(one, lower.compare(VectorOperators.EQ, largest))
            .blend(one, lower.compare(VectorOperators.NE, lower));
    FloatVector firstUpper = hitUpper.sub(hitUpper.mul(hitUpper.rearrange(SWAP)).mul(ODD));
    FloatVector none = one.sub(firstUpper.max(firstUpper.rearrange(SWAP)));
    FloatVector firstLower =
        hitLower.sub(hitLower.mul(hitLower.rearrange(SWAP)).mul(ODD)).mul(none);
    zero.blend(g, firstUpper.compare(VectorOperators.EQ, one)).intoArray(dx, dxo);
    zero.blend(g, firstLower.compare(VectorOperators.EQ, one)).intoArray(dx, dxo + w);
  }
}
