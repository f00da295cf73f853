package dev.tern.device;

/**
 * Logarithm, sine and cosine in single precision by the polynomials of the Cephes library (Stephen
 * Moshier), every Horner step fused: what PyTorch's vector path for normal numbers computes. {@link
 * Math} rounds more accurately, and so gives other bits.
 */
final class Cephes {
  private Cephes() {}

  /** The natural logarithm of a normal number above 0. */
  static float log(float x) {
    int bits = Float.floatToRawIntBits(x);
    float e = (bits >>> 23) - 126;
    // x = m * 2^e with m in [0.5, 1), then in [sqrt(0.5), sqrt(2)) around 1, so that the series is
    // in m - 1
    float m = Float.intBitsToFloat((bits & 0x007fffff) | 0x3f000000);
    if (m < 0.70710678f) {
      e -= 1;
      m = (m - 1) + m;
    } else {
      m -= 1;
    }
    float z = m * m;
    float y = 7.0376836292e-2f;
    y = Math.fma(y, m, -1.1514610310e-1f);
    y = Math.fma(y, m, 1.1676998740e-1f);
    y = Math.fma(y, m, -1.2420140846e-1f);
    y = Math.fma(y, m, 1.4249322787e-1f);
    y = Math.fma(y, m, -1.6668057665e-1f);
    y = Math.fma(y, m, 2.0000714765e-1f);
    y = Math.fma(y, m, -2.4999993993e-1f);
    y = Math.fma(y, m, 3.3333331174e-1f);
    y *= m;
    y = Math.fma(y, z, e * -2.12194440e-4f);
    y -= z * 0.5f;
    // ln 2 = 0.693359375 - 2.12194440e-4, so that the larger part is exact
    return Math.fma(e, 0.693359375f, m + y);
  }

  /** The sine of an angle in [0, 2 pi]. */
  static float sin(float x) {
    int octant = octant(x);
    float reduced = reduce(x, octant);
    float value = (octant & 2) == 0 ? sinNearZero(reduced) : cosNearZero(reduced);
    return (octant & 4) != 0 ? -value : value;
  }

  /** The cosine of an angle in [0, 2 pi]. */
  static float cos(float x) {
    int octant = octant(x);
    float reduced = reduce(x, octant);
    float value = (octant & 2) == 0 ? cosNearZero(reduced) : sinNearZero(reduced);
    return (~(octant - 2) & 4) != 0 ? -value : value;
  }

  /** The even multiple of pi / 4 nearest to the angle. */
  private static int octant(float x) {
    return ((int) (x * 1.27323954473516f) + 1) & ~1;
  }

  /** x minus the octant's angle, with pi / 4 in three parts of which the first two are exact. */
  private static float reduce(float x, int octant) {
    float y = octant;
    float r = Math.fma(y, -0.78515625f, x);
    r = Math.fma(y, -2.4187564849853515625e-4f, r);
    return Math.fma(y, -3.77489497744594108e-8f, r);
  }

  private static float cosNearZero(float x) {
    float z = x * x;
    float c = Math.fma(2.443315711809948e-5f, z, -1.388731625493765e-3f);
    c = Math.fma(c, z, 4.166664568298827e-2f);
    c *= z;
    c = Math.fma(c, z, -(z * 0.5f));
    return c + 1;
  }

  private static float sinNearZero(float x) {
    float z = x * x;
    float s = Math.fma(-1.9515295891e-4f, z, 8.3321608736e-3f);
    s = Math.fma(s, z, -1.6666654611e-1f);
    s *= z;
    return Math.fma(s, x, x);
  }
}
