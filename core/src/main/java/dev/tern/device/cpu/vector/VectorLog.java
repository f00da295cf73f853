package dev.tern.device.cpu.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Logarithms, and {@code eˣ - 1}: polynomials, within 3 units in the last place. */
final class VectorLog {
  private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
  private static final int L = S.length();

  /** Added to a small whole number's bits, leaves the number as a float with this much more. */
  private static final float ROUND = 0x1.8p23f;

  private static final int ROOT_HALF_BITS = Float.floatToRawIntBits((float) Math.sqrt(0.5));
  private static final int SUBNORMAL_BITS = 23;
  private static final float LOG2_E = 1.44269504f;
  private static final float LN2_HIGH = 0.693359375f;
  private static final float LN2_LOW = -2.12194440e-4f;

  private VectorLog() {}

  static void log(float[] x, int xo, float[] y, int yo, int n) {
    log(x, xo, y, yo, n, LN2_HIGH, LN2_LOW, 1);
  }

  static void log2(float[] x, int xo, float[] y, int yo, int n) {
    log(x, xo, y, yo, n, 1, 0, LOG2_E);
  }

  /**
   * {@code k (high + low) + scale ln m} for {@code x = 2^k m}, m from √½ to √2, and with {@code f =
   * m - 1} a fit {@code ln m = f - f²/2 + f³ P(f)}.
   */
  private static void log(
      float[] x, int xo, float[] y, int yo, int n, float high, float low, float scale) {
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, xo + i);
      var small = v.compare(VectorOperators.LT, Float.MIN_NORMAL);
      IntVector bits = v.blend(v.mul(1 << SUBNORMAL_BITS), small).reinterpretAsInts();
      IntVector power = bits.sub(ROOT_HALF_BITS).lanewise(VectorOperators.ASHR, 23);
      FloatVector f =
          bits.sub(power.lanewise(VectorOperators.LSHL, 23)).reinterpretAsFloats().sub(1);
      FloatVector k = power.add(Float.floatToRawIntBits(ROUND)).reinterpretAsFloats().sub(ROUND);
      k = k.blend(k.sub(SUBNORMAL_BITS), small);
      FloatVector r =
          f.fma(FloatVector.broadcast(S, -0.076344937f), FloatVector.broadcast(S, 0.12761577f));
      r = r.fma(f, FloatVector.broadcast(S, -0.13160183f));
      r = r.fma(f, FloatVector.broadcast(S, 0.14201759f));
      r = r.fma(f, FloatVector.broadcast(S, -0.16623357f));
      r = r.fma(f, FloatVector.broadcast(S, 0.20001227f));
      r = r.fma(f, FloatVector.broadcast(S, -0.2500082f));
      r = r.fma(f, FloatVector.broadcast(S, 0.33333331f));
      FloatVector square = f.mul(f);
      r = r.mul(f).sub(0.5f).fma(square, f).mul(scale);
      r = k.fma(FloatVector.broadcast(S, low), r);
      k.fma(FloatVector.broadcast(S, high), r)
          .add(v.mul(0)) // NaN stays NaN
          .blend(Float.NaN, v.compare(VectorOperators.LT, 0))
          .blend(Float.NEGATIVE_INFINITY, v.compare(VectorOperators.EQ, 0))
          .blend(v, v.compare(VectorOperators.EQ, Float.POSITIVE_INFINITY))
          .intoArray(y, yo + i);
    }
  }

  /**
   * {@code ln (1 + x)} with what rounding took off the sum made up for.
   *
   * @param t room for n elements from {@code to} on; y may be its beginning
   */
  static void log1p(float[] x, int xo, float[] t, int to, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector.fromArray(S, x, xo + i).add(1).intoArray(t, to + i);
    }
    log(t, to, t, to, n);
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, xo + i);
      FloatVector log = FloatVector.fromArray(S, t, to + i);
      FloatVector u = v.add(1);
      FloatVector lost = v.sub(u.sub(1)).div(u);
      var infinite = log.abs().compare(VectorOperators.EQ, Float.POSITIVE_INFINITY);
      log.add(lost.blend(0, infinite)).intoArray(y, yo + i);
    }
  }

  /** {@code e - 1} for {@code e = eˣ}; near 0, where that cancels, {@code x + x² Q(x)}. */
  static void expm1(float[] x, int xo, float[] e, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, xo + i);
      FloatVector f =
          v.fma(FloatVector.broadcast(S, 2.477961e-5f), FloatVector.broadcast(S, 2.011559e-4f));
      f = f.fma(v, FloatVector.broadcast(S, 1.3890675e-3f));
      f = f.fma(v, FloatVector.broadcast(S, 8.332515e-3f));
      f = f.fma(v, FloatVector.broadcast(S, 0.041666608f));
      f = f.fma(v, FloatVector.broadcast(S, 0.16666673f));
      f = f.fma(v, FloatVector.broadcast(S, 0.5f));
      f = f.mul(v).fma(v, v);
      FloatVector.fromArray(S, e, i)
          .sub(1)
          .blend(f, v.abs().compare(VectorOperators.LT, 0.7f))
          .intoArray(y, yo + i);
    }
  }
}
