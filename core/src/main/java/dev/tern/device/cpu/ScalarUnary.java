package dev.tern.device.cpu;

import dev.tern.device.UnaryOp;

/**
 * Pointwise functions of one tensor as plain loops, by the formulas of the vector kernels,
 * operation by operation: both give the same bits.
 */
final class ScalarUnary {
  private static final float ROUND = 0x1.8p23f;
  private static final float LOG2_E = 1.44269504f;
  private static final float LN2_HIGH = 0.693359375f;
  private static final float LN2_LOW = -2.12194440e-4f;

  private ScalarUnary() {}

  static boolean apply(UnaryOp op, float p, float q, float[] x, int xo, float[] y, int yo, int n) {
    switch (op) {
      case NEG -> {
        for (int i = 0; i < n; i++) {
          float v = x[xo + i];
          y[yo + i] = -v;
        }
      }
      case ABS -> {
        for (int i = 0; i < n; i++) {
          float v = x[xo + i];
          y[yo + i] = Math.abs(v);
        }
      }
      case SQUARE -> {
        for (int i = 0; i < n; i++) {
          float v = x[xo + i];
          y[yo + i] = v * v;
        }
      }
      case SQRT -> {
        for (int i = 0; i < n; i++) {
          float v = x[xo + i];
          y[yo + i] = (float) Math.sqrt(v);
        }
      }
      case RECIPROCAL -> {
        for (int i = 0; i < n; i++) {
          float v = x[xo + i];
          y[yo + i] = 1 / v;
        }
      }
      case RELU -> {
        for (int i = 0; i < n; i++) {
          float v = x[xo + i];
          y[yo + i] = Math.max(v, 0);
        }
      }
      case CLAMP -> {
        for (int i = 0; i < n; i++) {
          float v = x[xo + i];
          y[yo + i] = Math.min(Math.max(v, p), q);
        }
      }
      case LEAKY_RELU -> {
        for (int i = 0; i < n; i++) {
          float v = x[xo + i];
          y[yo + i] = v > 0 ? v : p * v;
        }
      }
      case EXP -> {
        for (int i = 0; i < n; i++) {
          float v = x[xo + i];
          y[yo + i] = exp(v);
        }
      }
      case SIGMOID -> {
        for (int i = 0; i < n; i++) {
          float v = x[xo + i];
          y[yo + i] = 1 / (1 + exp(-v));
        }
      }
      case TANH -> {
        for (int i = 0; i < n; i++) {
          float v = x[xo + i];
          y[yo + i] = tanh(v);
        }
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  /**
   * {@code e^x = 2^k e^r} with r within ln 2 / 2 and Cephes' polynomial for {@code e^r}; 2 ulp at
   * most.
   */
  private static float exp(float x) {
    float v = Math.min(Math.max(x, -104), 89);
    float t = Math.fma(v, LOG2_E, ROUND);
    float k = t - ROUND;
    float r = Math.fma(k, -LN2_LOW, Math.fma(k, -LN2_HIGH, v));
    float f = Math.fma(r, 1.9875691500e-4f, 1.3981999507e-3f);
    f = Math.fma(f, r, 8.3334519073e-3f);
    f = Math.fma(f, r, 4.1665795894e-2f);
    f = Math.fma(f, r, 1.6666665459e-1f);
    f = Math.fma(f, r, 5.0000001201e-1f);
    f = Math.fma(f, r * r, r + 1);
    int power = Float.floatToRawIntBits(t) - Float.floatToRawIntBits(ROUND);
    int half = power >> 1;
    return f
        * Float.intBitsToFloat(half + 127 << 23)
        * Float.intBitsToFloat(power - half + 127 << 23);
  }

  /** x P(x²) / Q(x²) on the interval where tanh is not yet ±1, a minimax fit; 4 ulp at most. */
  private static float tanh(float x) {
    float v = Math.min(Math.max(x, -7.9053111f), 7.9053111f);
    float t = v * v;
    float p = t * -2.76076847742355e-16f + 2.00018790482477e-13f;
    p = Math.fma(p, t, -8.60467152213735e-11f);
    p = Math.fma(p, t, 5.12229709037114e-08f);
    p = Math.fma(p, t, 1.48572235717979e-05f);
    p = Math.fma(p, t, 6.37261928875436e-04f);
    p = Math.fma(p, t, 4.89352455891786e-03f);
    float q = t * 1.19825839466702e-06f + 1.18534705686654e-04f;
    q = Math.fma(q, t, 2.26843463243900e-03f);
    q = Math.fma(q, t, 4.89352518554385e-03f);
    return v * p / q;
  }

  static boolean gradient(
      UnaryOp op,
      float p,
      float q,
      float[] z,
      int zo,
      float[] dy,
      int dyo,
      float[] dx,
      int dxo,
      int n) {
    switch (op) {
      case ABS -> {
        for (int i = 0; i < n; i++) {
          float v = z[zo + i];
          float d = dy[dyo + i];
          dx[dxo + i] = v > 0 ? d : v < 0 ? -d : 0;
        }
      }
      case SQUARE -> {
        for (int i = 0; i < n; i++) {
          float v = z[zo + i];
          float d = dy[dyo + i];
          dx[dxo + i] = d * (v + v);
        }
      }
      case SQRT -> {
        for (int i = 0; i < n; i++) {
          float v = z[zo + i];
          float d = dy[dyo + i];
          dx[dxo + i] = d / (v + v);
        }
      }
      case RECIPROCAL -> {
        for (int i = 0; i < n; i++) {
          float v = z[zo + i];
          float d = dy[dyo + i];
          dx[dxo + i] = -d * v * v;
        }
      }
      case RELU -> {
        for (int i = 0; i < n; i++) {
          float v = z[zo + i];
          float d = dy[dyo + i];
          dx[dxo + i] = v <= 0 ? 0 : d;
        }
      }
      case CLAMP -> {
        for (int i = 0; i < n; i++) {
          float v = z[zo + i];
          float d = dy[dyo + i];
          dx[dxo + i] = v >= p && v <= q ? d : 0;
        }
      }
      case LEAKY_RELU -> {
        for (int i = 0; i < n; i++) {
          float v = z[zo + i];
          float d = dy[dyo + i];
          dx[dxo + i] = v > 0 ? d : p * d;
        }
      }
      case EXP -> {
        for (int i = 0; i < n; i++) {
          float v = z[zo + i];
          float d = dy[dyo + i];
          dx[dxo + i] = d * v;
        }
      }
      case SIGMOID -> {
        for (int i = 0; i < n; i++) {
          float v = z[zo + i];
          float d = dy[dyo + i];
          dx[dxo + i] = d * (1 - v) * v;
        }
      }
      case TANH -> {
        for (int i = 0; i < n; i++) {
          float v = z[zo + i];
          float d = dy[dyo + i];
          dx[dxo + i] = d * Math.fma(-v, v, 1);
        }
      }
      default -> {
        return false;
      }
    }
    return true;
  }
}
