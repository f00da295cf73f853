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

  /** x P(x²) / Q(x²) on the interval where tanh is not yet ±1, a minimax fit; 4.4 ulp at most. */
  private static float tanh(float x) {
    float v = x > 8 ? 8 : x < -8 ? -8 : x;
    float t = v * v;
    float p = Math.fma(t, 2.4665724324135496e-11f, -1.5428314625864914e-08f);
    p = Math.fma(p, t, 1.0365292837377638e-05f);
    p = Math.fma(p, t, 3.132977755740285e-03f);
    p = Math.fma(p, t, 1.3618774712085724e-01f);
    p = Math.fma(p, t, 1.0492761135101318f);
    float q = Math.fma(t, 2.488894679117948e-04f, 2.5211863219738007e-02f);
    q = Math.fma(q, t, 4.8594626784324646e-01f);
    q = Math.fma(q, t, 1.0492761135101318f);
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
