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

  /**
   * The gradient to the first largest of each window, zero to the others. An element's hit is 1
   * where it is the largest, less the hits before it: 1 is left at the first. NaN hits nothing and
   * goes the plain way.
   */
  static void grad(int rows, int w, float[] x, int xo, float[] dy, int dyo, float[] dx, int dxo) {
    int perRow = w / L;
    int count = rows * perRow;
    FloatVector zero = FloatVector.zero(S);
    FloatVector one = FloatVector.broadcast(S, 1);
    for (int v = 0; v < count; v += 2) {
      int a = v / perRow * 2 * w + v % perRow * L;
      int b = (v + 1) / perRow * 2 * w + (v + 1) % perRow * L;
      FloatVector upA = FloatVector.fromArray(S, x, xo + a);
      FloatVector lowA = FloatVector.fromArray(S, x, xo + a + w);
      FloatVector columnA = upA.max(lowA);
      FloatVector largestA = columnA.max(columnA.rearrange(SWAP));
      FloatVector upB = FloatVector.fromArray(S, x, xo + b);
      FloatVector lowB = FloatVector.fromArray(S, x, xo + b + w);
      FloatVector columnB = upB.max(lowB);
      FloatVector largestB = columnB.max(columnB.rearrange(SWAP));
      FloatVector either = largestA.max(largestB);
      if (either.compare(VectorOperators.NE, either).anyTrue()) {
        vectorWithNaN(w, x, xo + a, dy, dyo + v * (L / 2), dx, dxo + a);
        vectorWithNaN(w, x, xo + b, dy, dyo + (v + 1) * (L / 2), dx, dxo + b);
        continue;
      }
      FloatVector g = FloatVector.fromArray(S, dy, dyo + v * (L / 2));
      FloatVector hitUpA = zero.blend(one, upA.compare(VectorOperators.EQ, largestA));
      FloatVector hitLowA = zero.blend(one, lowA.compare(VectorOperators.EQ, largestA));
      FloatVector besideUpA = hitUpA.rearrange(SWAP);
      FloatVector aboveA = hitUpA.add(besideUpA);
      FloatVector firstUpA = hitUpA.sub(besideUpA.mul(ODD));
      FloatVector firstLowA = hitLowA.sub(hitLowA.rearrange(SWAP).mul(ODD)).sub(aboveA);
      FloatVector gA = g.rearrange(TWICE_LOW);
      zero.blend(gA, firstUpA.compare(VectorOperators.EQ, one)).intoArray(dx, dxo + a);
      zero.blend(gA, firstLowA.compare(VectorOperators.EQ, one)).intoArray(dx, dxo + a + w);
      FloatVector hitUpB = zero.blend(one, upB.compare(VectorOperators.EQ, largestB));
      FloatVector hitLowB = zero.blend(one, lowB.compare(VectorOperators.EQ, largestB));
      FloatVector besideUpB = hitUpB.rearrange(SWAP);
      FloatVector aboveB = hitUpB.add(besideUpB);
      FloatVector firstUpB = hitUpB.sub(besideUpB.mul(ODD));
      FloatVector firstLowB = hitLowB.sub(hitLowB.rearrange(SWAP).mul(ODD)).sub(aboveB);
      FloatVector gB = g.rearrange(TWICE_HIGH);
      zero.blend(gB, firstUpB.compare(VectorOperators.EQ, one)).intoArray(dx, dxo + b);
      zero.blend(gB, firstLowB.compare(VectorOperators.EQ, one)).intoArray(dx, dxo + b + w);
    }
  }

  private static void vectorWithNaN(
      int w, float[] x, int xo, float[] dy, int dyo, float[] dx, int dxo) {
    for (int j = 0; j < L; j += 2) {
      int best = j;
      for (int other : new int[] {j + 1, j + w, j + w + 1}) {
        float now = x[xo + best];
        float next = x[xo + other];
        best = next > now || Float.isNaN(next) && !Float.isNaN(now) ? other : best;
        dx[dxo + other] = 0;
      }
      dx[dxo + j] = 0;
      dx[dxo + best] = dy[dyo + j / 2];
    }
  }
}
