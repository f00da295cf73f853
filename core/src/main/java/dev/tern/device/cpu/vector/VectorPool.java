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
  private static final VectorShuffle<Float> LEFT = shuffle(i -> i & ~1);
  private static final VectorShuffle<Float> RIGHT = shuffle(i -> i | 1);
  private static final VectorShuffle<Float> TWICE_LOW = shuffle(i -> i / 2);
  private static final VectorShuffle<Float> TWICE_HIGH = shuffle(i -> L / 2 + i / 2);
  private static final VectorMask<Float> HIGH = VectorMask.fromLong(S, ~0L << L / 2);
  private static final VectorMask<Float> ODD = VectorMask.fromLong(S, 0xaaaa_aaaa_aaaa_aaaaL);

  private VectorPool() {}

  private static VectorShuffle<Float> shuffle(java.util.function.IntUnaryOperator lane) {
    int[] lanes = new int[L];
    java.util.Arrays.setAll(lanes, lane);
    return VectorShuffle.fromArray(S, lanes, 0);
  }

  /** x [rows 2, w] to y [rows, w/2], two vectors of a pair of rows to one vector of the result. */
  static void forward(int rows, int w, float[] x, int xo, float[] y, int yo) {
    int perRow = w / L;
    int count = rows * perRow;
    int next = xo;
    int left = perRow; // vectors to go in this pair of rows; counted, as dividing takes longer
    for (int v = 0; v < count; v += 2) {
      int a = next;
      boolean last = --left == 0;
      int b = a + (last ? L + w : L);
      left = last ? perRow : left;
      last = --left == 0;
      next = b + (last ? L + w : L);
      left = last ? perRow : left;
      FloatVector va = FloatVector.fromArray(S, x, a).max(FloatVector.fromArray(S, x, a + w));
      FloatVector vb = FloatVector.fromArray(S, x, b).max(FloatVector.fromArray(S, x, b + w));
      FloatVector even = va.rearrange(EVEN_LOW).blend(vb.rearrange(EVEN_LOW), HIGH);
      FloatVector odd = va.rearrange(ODD_LOW).blend(vb.rearrange(ODD_LOW), HIGH);
      even.max(odd).intoArray(y, yo + v * (L / 2));
    }
  }

  /**
   * The gradient to the first largest of each window, zero to the others: in each row the right one
   * where it is larger than the left, then the lower row where it holds more than the upper. NaN is
   * larger than nothing and goes the plain way.
   */
  static void grad(int rows, int w, float[] x, int xo, float[] dy, int dyo, float[] dx, int dxo) {
    int perRow = w / L;
    int count = rows * perRow;
    int next = 0;
    int left = perRow;
    for (int v = 0; v < count; v += 2) {
      int a = next;
      boolean last = --left == 0;
      int b = a + (last ? L + w : L);
      left = last ? perRow : left;
      last = --left == 0;
      next = b + (last ? L + w : L);
      left = last ? perRow : left;
      FloatVector g = FloatVector.fromArray(S, dy, dyo + v * (L / 2));
      FloatVector sumA = vector(w, x, xo + a, g.rearrange(TWICE_LOW), dx, dxo + a);
      FloatVector sumB = vector(w, x, xo + b, g.rearrange(TWICE_HIGH), dx, dxo + b);
      FloatVector sum = sumA.add(sumB); // NaN where there is one, or two infinities: rare as well
      if (sum.compare(VectorOperators.NE, sum).anyTrue()) {
        vectorWithNaN(w, x, xo + a, dy, dyo + v * (L / 2), dx, dxo + a);
        vectorWithNaN(w, x, xo + b, dy, dyo + (v + 1) * (L / 2), dx, dxo + b);
      }
    }
  }

  /** L columns of two rows; their sum, where it is NaN, says that what was written may be wrong. */
  private static FloatVector vector(int w, float[] x, int xo, FloatVector g, float[] dx, int dxo) {
    FloatVector zero = FloatVector.zero(S);
    FloatVector left = g.blend(zero, ODD);
    FloatVector right = zero.blend(g, ODD);
    FloatVector up = FloatVector.fromArray(S, x, xo);
    FloatVector low = FloatVector.fromArray(S, x, xo + w);
    FloatVector upLeft = up.rearrange(LEFT);
    FloatVector upRight = up.rearrange(RIGHT);
    FloatVector lowLeft = low.rearrange(LEFT);
    FloatVector lowRight = low.rearrange(RIGHT);
    VectorMask<Float> upper = upRight.compare(VectorOperators.GT, upLeft);
    VectorMask<Float> lower = lowRight.compare(VectorOperators.GT, lowLeft);
    VectorMask<Float> below =
        lowLeft.blend(lowRight, lower).compare(VectorOperators.GT, upLeft.blend(upRight, upper));
    left.blend(right, upper).blend(zero, below).intoArray(dx, dxo);
    zero.blend(left.blend(right, lower), below).intoArray(dx, dxo + w);
    return up.add(low);
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
