package dev.tern.device.cpu;

/**
 * The two 16-bit floating-point formats, as bits in a short; rounded to the nearest, ties to even.
 */
final class Half {
  private Half() {}

  /** FLOAT16 (1 sign, 5 exponent, 10 fraction bits) widened, exactly. */
  static float toFloat(short half) {
    int sign = (half & 0x8000) << 16;
    int exponent = half >> 10 & 0x1f;
    int fraction = half & 0x3ff;
    if (exponent == 0) {
      float tiny = fraction * 0x1p-24f; // subnormal: units of 2^-24
      return sign == 0 ? tiny : -tiny;
    }
    int wide = exponent == 31 ? 255 : exponent + 112;
    return Float.intBitsToFloat(sign | wide << 23 | fraction << 13);
  }

  /** The nearest FLOAT16. */
  static short fromFloat(float value) {
    int bits = Float.floatToRawIntBits(value);
    int sign = bits >>> 16 & 0x8000;
    float size = Math.abs(value);
    if (Float.isNaN(size)) {
      return (short) (sign | 0x7e00);
    }
    if (size >= 65520f) { // halfway between the largest, 65504, and 2^16
      return (short) (sign | 0x7c00);
    }
    if (size < 0x1p-14f) {
      return (short) (sign | (int) Math.rint(size * 0x1p24)); // subnormal, or rounded up to 2^-14
    }
    int kept = bits & 0x7fffffff;
    int rounded =
        kept + 0xfff + (kept >> 13 & 1); // a carry moves on into the exponent, as it should
    return (short) (sign | (rounded >> 13) - (112 << 10));
  }

  /** BFLOAT16 widened, exactly: the upper half of a FLOAT32. */
  static float bfloatToFloat(short half) {
    return Float.intBitsToFloat(half << 16);
  }

  /** The nearest BFLOAT16. */
  static short bfloatFromFloat(float value) {
    if (Float.isNaN(value)) {
      return (short) 0x7fc0;
    }
    int bits = Float.floatToRawIntBits(value);
    return (short) (bits + 0x7fff + (bits >>> 16 & 1) >>> 16);
  }
}
