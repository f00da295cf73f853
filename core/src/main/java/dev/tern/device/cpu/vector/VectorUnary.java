package dev.tern.device.cpu.vector;

import dev.tern.device.UnaryOp;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Pointwise functions of one tensor, each a method of one flat loop: C2 compiles it whole, and a
 * function that is new to a program does not throw away the code of the others. What is left over
 * at the end goes through the same code in a small array, so that a result does not depend on where
 * its element stands.
 */
final class VectorUnary {
  private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
  private static final int L = S.length();

  /** Added to a small number, leaves its nearest whole number in the lowest bits. */
  private static final float ROUND = 0x1.8p23f;

  private static final float LOG2_E = 1.44269504f;

  // ln 2 in two parts, the first with so few bits that its multiples are exact
  private static final float LN2_HIGH = 0.693359375f;
  private static final float LN2_LOW = -2.12194440e-4f;

  private VectorUnary() {}

  static boolean apply(UnaryOp op, float p, float q, float[] x, int xo, float[] y, int yo, int n) {
    int whole = n / L * L;
    if (!body(op, p, q, x, xo, y, yo, whole)) {
      return false;
    }
    if (whole < n) {
      float[] rest = new float[L];
      System.arraycopy(x, xo + whole, rest, 0, n - whole);
      body(op, p, q, rest, 0, rest, 0, L);
      System.arraycopy(rest, 0, y, yo + whole, n - whole);
    }
    return true;
  }

  private static boolean body(
      UnaryOp op, float p, float q, float[] x, int xo, float[] y, int yo, int n) {
    switch (op) {
      case NEG -> neg(x, xo, y, yo, n);
      case ABS -> abs(x, xo, y, yo, n);
      case SQUARE -> square(x, xo, y, yo, n);
      case SQRT -> sqrt(x, xo, y, yo, n);
      case RECIPROCAL -> reciprocal(x, xo, y, yo, n);
      case RELU -> relu(x, xo, y, yo, n);
      case CLAMP -> clamp(p, q, x, xo, y, yo, n);
      case LEAKY_RELU -> leakyRelu(p, x, xo, y, yo, n);
      case EXP -> exp(x, xo, y, yo, n);
      case SIGMOID -> sigmoid(x, xo, y, yo, n);
      case TANH -> tanh(x, xo, y, yo, n);
      case LOG -> VectorLog.log(x, xo, y, yo, n);
      case LOG2 -> VectorLog.log2(x, xo, y, yo, n);
      case RSQRT -> rsqrt(x, xo, y, yo, n);
      case SIGN -> sign(x, xo, y, yo, n);
      case FLOOR, CEIL, ROUND -> round(op, x, xo, y, yo, n);
      default -> {
        return VectorComposed.apply(op, p, q, x, xo, y, yo, n);
      }
    }
    return true;
  }

  private static void neg(float[] x, int xo, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, xo + i);
      v.neg().intoArray(y, yo + i);
    }
  }

  private static void abs(float[] x, int xo, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, xo + i);
      v.abs().intoArray(y, yo + i);
    }
  }

  private static void square(float[] x, int xo, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, xo + i);
      v.mul(v).intoArray(y, yo + i);
    }
  }

  private static void sqrt(float[] x, int xo, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, xo + i);
      v.sqrt().intoArray(y, yo + i);
    }
  }

  private static void reciprocal(float[] x, int xo, float[] y, int yo, int n) {
    FloatVector one = FloatVector.broadcast(S, 1);
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, xo + i);
      one.div(v).intoArray(y, yo + i);
    }
  }

  private static void rsqrt(float[] x, int xo, float[] y, int yo, int n) {
    FloatVector one = FloatVector.broadcast(S, 1);
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, xo + i);
      one.div(v.sqrt()).intoArray(y, yo + i);
    }
  }

  private static void sign(float[] x, int xo, float[] y, int yo, int n) {
    FloatVector zero = FloatVector.zero(S);
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, xo + i);
      zero.blend(1, v.compare(VectorOperators.GT, 0))
          .blend(-1, v.compare(VectorOperators.LT, 0))
          .intoArray(y, yo + i);
    }
  }

  /** To the nearest whole number by adding 2²³ to what is smaller, then to the one asked for. */
  private static void round(UnaryOp op, float[] x, int xo, float[] y, int yo, int n) {
    float down = op == UnaryOp.FLOOR ? 1 : 0;
    float up = op == UnaryOp.CEIL ? 1 : 0;
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, xo + i);
      FloatVector r = v.abs().add(0x1p23f).sub(0x1p23f);
      r = r.blend(r.neg(), v.compare(VectorOperators.LT, 0));
      r = r.blend(r.sub(down), r.compare(VectorOperators.GT, v));
      r = r.blend(r.add(up), r.compare(VectorOperators.LT, v));
      v.blend(r, v.abs().compare(VectorOperators.LT, 0x1p23f)).intoArray(y, yo + i);
    }
  }

  private static void relu(float[] x, int xo, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, xo + i);
      v.max(0).intoArray(y, yo + i);
    }
  }

  private static void clamp(float p, float q, float[] x, int xo, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, xo + i);
      v.max(p).min(q).intoArray(y, yo + i);
    }
  }

  private static void leakyRelu(float p, float[] x, int xo, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, xo + i);
      v.mul(p).blend(v, v.compare(VectorOperators.GT, 0)).intoArray(y, yo + i);
    }
  }

  /**
   * {@code e^x = 2^k e^r} with r within ln 2 / 2 and Cephes' polynomial for {@code e^r}; 2 ulp at
   * most. The power of two comes in two factors, so that results may be subnormal or infinite.
   */
  static void exp(float[] x, int xo, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, xo + i).max(-104).min(89);
      FloatVector t = v.fma(FloatVector.broadcast(S, LOG2_E), FloatVector.broadcast(S, ROUND));
      FloatVector k = t.sub(ROUND);
      FloatVector r = k.fma(FloatVector.broadcast(S, -LN2_HIGH), v);
      r = k.fma(FloatVector.broadcast(S, -LN2_LOW), r);
      FloatVector f =
          r.fma(
              FloatVector.broadcast(S, 1.9875691500e-4f),
              FloatVector.broadcast(S, 1.3981999507e-3f));
      f = f.fma(r, FloatVector.broadcast(S, 8.3334519073e-3f));
      f = f.fma(r, FloatVector.broadcast(S, 4.1665795894e-2f));
      f = f.fma(r, FloatVector.broadcast(S, 1.6666665459e-1f));
      f = f.fma(r, FloatVector.broadcast(S, 5.0000001201e-1f));
      f = f.fma(r.mul(r), r.add(1));
      IntVector power = t.reinterpretAsInts().sub(Float.floatToRawIntBits(ROUND));
      IntVector half = power.lanewise(VectorOperators.ASHR, 1);
      FloatVector two = half.add(127).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
      FloatVector more =
          power.sub(half).add(127).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
      f.mul(two).mul(more).intoArray(y, yo + i);
    }
  }

  /** {@code 1 / (1 + e^-x)}, the exponential as above. */
  static void sigmoid(float[] x, int xo, float[] y, int yo, int n) {
    FloatVector one = FloatVector.broadcast(S, 1);
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, xo + i).neg().max(-104).min(89);
      FloatVector t = v.fma(FloatVector.broadcast(S, LOG2_E), FloatVector.broadcast(S, ROUND));
      FloatVector k = t.sub(ROUND);
      FloatVector r = k.fma(FloatVector.broadcast(S, -LN2_HIGH), v);
      r = k.fma(FloatVector.broadcast(S, -LN2_LOW), r);
      FloatVector f =
          r.fma(
              FloatVector.broadcast(S, 1.9875691500e-4f),
              FloatVector.broadcast(S, 1.3981999507e-3f));
      f = f.fma(r, FloatVector.broadcast(S, 8.3334519073e-3f));
      f = f.fma(r, FloatVector.broadcast(S, 4.1665795894e-2f));
      f = f.fma(r, FloatVector.broadcast(S, 1.6666665459e-1f));
      f = f.fma(r, FloatVector.broadcast(S, 5.0000001201e-1f));
      f = f.fma(r.mul(r), r.add(1));
      IntVector power = t.reinterpretAsInts().sub(Float.floatToRawIntBits(ROUND));
      IntVector half = power.lanewise(VectorOperators.ASHR, 1);
      FloatVector two = half.add(127).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
      FloatVector more =
          power.sub(half).add(127).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
      one.div(f.mul(two).mul(more).add(one)).intoArray(y, yo + i);
    }
  }

  /**
   * x P(x²) / Q(x²) on the interval where tanh is not yet ±1, a minimax fit; 4.4 ulp at most. The
   * bounds by comparison, which takes fewer instructions than max and min and lets NaN through.
   */
  private static void tanh(float[] x, int xo, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, xo + i);
      v = v.blend(8, v.compare(VectorOperators.GT, 8));
      v = v.blend(-8, v.compare(VectorOperators.LT, -8));
      FloatVector t = v.mul(v);
      FloatVector p =
          t.fma(
              FloatVector.broadcast(S, 2.4665724324135496e-11f),
              FloatVector.broadcast(S, -1.5428314625864914e-08f));
      p = p.fma(t, FloatVector.broadcast(S, 1.0365292837377638e-05f));
      p = p.fma(t, FloatVector.broadcast(S, 3.132977755740285e-03f));
      p = p.fma(t, FloatVector.broadcast(S, 1.3618774712085724e-01f));
      p = p.fma(t, FloatVector.broadcast(S, 1.0492761135101318f));
      FloatVector q =
          t.fma(
              FloatVector.broadcast(S, 2.488894679117948e-04f),
              FloatVector.broadcast(S, 2.5211863219738007e-02f));
      q = q.fma(t, FloatVector.broadcast(S, 4.8594626784324646e-01f));
      q = q.fma(t, FloatVector.broadcast(S, 1.0492761135101318f));
      v.mul(p).div(q).intoArray(y, yo + i);
    }
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
    int whole = n / L * L;
    if (!gradientBody(op, p, q, z, zo, dy, dyo, dx, dxo, whole)) {
      return false;
    }
    if (whole < n) {
      float[] restZ = new float[L];
      float[] rest = new float[L];
      System.arraycopy(z, zo + whole, restZ, 0, n - whole);
      System.arraycopy(dy, dyo + whole, rest, 0, n - whole);
      gradientBody(op, p, q, restZ, 0, rest, 0, rest, 0, L);
      System.arraycopy(rest, 0, dx, dxo + whole, n - whole);
    }
    return true;
  }

  private static boolean gradientBody(
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
      case ABS -> absGradient(z, zo, dy, dyo, dx, dxo, n);
      case SQUARE -> squareGradient(z, zo, dy, dyo, dx, dxo, n);
      case SQRT -> sqrtGradient(z, zo, dy, dyo, dx, dxo, n);
      case RECIPROCAL -> reciprocalGradient(z, zo, dy, dyo, dx, dxo, n);
      case RELU -> reluGradient(z, zo, dy, dyo, dx, dxo, n);
      case CLAMP -> clampGradient(p, q, z, zo, dy, dyo, dx, dxo, n);
      case LEAKY_RELU -> leakyReluGradient(p, z, zo, dy, dyo, dx, dxo, n);
      case EXP -> expGradient(z, zo, dy, dyo, dx, dxo, n);
      case SIGMOID -> sigmoidGradient(z, zo, dy, dyo, dx, dxo, n);
      case TANH -> tanhGradient(z, zo, dy, dyo, dx, dxo, n);
      case LOG -> quotient(1, -0f, z, zo, dy, dyo, dx, dxo, n);
      case LOG1P -> quotient(1, 1, z, zo, dy, dyo, dx, dxo, n);
      case LOG2 -> quotient((float) Math.log(2), -0f, z, zo, dy, dyo, dx, dxo, n);
      case EXPM1 -> expm1Gradient(z, zo, dy, dyo, dx, dxo, n);
      case RSQRT -> rsqrtGradient(z, zo, dy, dyo, dx, dxo, n);
      default -> {
        return VectorComposed.gradient(op, p, q, z, zo, dy, dyo, dx, dxo, n);
      }
    }
    return true;
  }

  /** {@code dy / (scale x + shift)}. */
  private static void quotient(
      float scale,
      float shift,
      float[] z,
      int zo,
      float[] dy,
      int dyo,
      float[] dx,
      int dxo,
      int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, z, zo + i);
      FloatVector d = FloatVector.fromArray(S, dy, dyo + i);
      d.div(v.mul(scale).add(shift)).intoArray(dx, dxo + i);
    }
  }

  private static void expm1Gradient(
      float[] z, int zo, float[] dy, int dyo, float[] dx, int dxo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, z, zo + i);
      FloatVector d = FloatVector.fromArray(S, dy, dyo + i);
      v.fma(d, d).intoArray(dx, dxo + i);
    }
  }

  private static void rsqrtGradient(
      float[] z, int zo, float[] dy, int dyo, float[] dx, int dxo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, z, zo + i);
      FloatVector d = FloatVector.fromArray(S, dy, dyo + i);
      d.mul(-0.5f).mul(v).mul(v).mul(v).intoArray(dx, dxo + i);
    }
  }

  private static void absGradient(
      float[] z, int zo, float[] dy, int dyo, float[] dx, int dxo, int n) {
    FloatVector zero = FloatVector.zero(S);
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, z, zo + i);
      FloatVector d = FloatVector.fromArray(S, dy, dyo + i);
      zero.blend(d, v.compare(VectorOperators.GT, 0))
          .blend(d.neg(), v.compare(VectorOperators.LT, 0))
          .intoArray(dx, dxo + i);
    }
  }

  private static void squareGradient(
      float[] z, int zo, float[] dy, int dyo, float[] dx, int dxo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, z, zo + i);
      FloatVector d = FloatVector.fromArray(S, dy, dyo + i);
      d.mul(v.add(v)).intoArray(dx, dxo + i);
    }
  }

  private static void sqrtGradient(
      float[] z, int zo, float[] dy, int dyo, float[] dx, int dxo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, z, zo + i);
      FloatVector d = FloatVector.fromArray(S, dy, dyo + i);
      d.div(v.add(v)).intoArray(dx, dxo + i);
    }
  }

  private static void reciprocalGradient(
      float[] z, int zo, float[] dy, int dyo, float[] dx, int dxo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, z, zo + i);
      FloatVector d = FloatVector.fromArray(S, dy, dyo + i);
      d.neg().mul(v).mul(v).intoArray(dx, dxo + i);
    }
  }

  private static void reluGradient(
      float[] z, int zo, float[] dy, int dyo, float[] dx, int dxo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, z, zo + i);
      FloatVector d = FloatVector.fromArray(S, dy, dyo + i);
      d.blend(0, v.compare(VectorOperators.LE, 0)).intoArray(dx, dxo + i);
    }
  }

  private static void clampGradient(
      float p, float q, float[] z, int zo, float[] dy, int dyo, float[] dx, int dxo, int n) {
    FloatVector zero = FloatVector.zero(S);
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, z, zo + i);
      FloatVector d = FloatVector.fromArray(S, dy, dyo + i);
      zero.blend(d, v.compare(VectorOperators.GE, p).and(v.compare(VectorOperators.LE, q)))
          .intoArray(dx, dxo + i);
    }
  }

  private static void leakyReluGradient(
      float p, float[] z, int zo, float[] dy, int dyo, float[] dx, int dxo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, z, zo + i);
      FloatVector d = FloatVector.fromArray(S, dy, dyo + i);
      d.mul(p).blend(d, v.compare(VectorOperators.GT, 0)).intoArray(dx, dxo + i);
    }
  }

  private static void expGradient(
      float[] z, int zo, float[] dy, int dyo, float[] dx, int dxo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, z, zo + i);
      FloatVector d = FloatVector.fromArray(S, dy, dyo + i);
      d.mul(v).intoArray(dx, dxo + i);
    }
  }

  private static void sigmoidGradient(
      float[] z, int zo, float[] dy, int dyo, float[] dx, int dxo, int n) {
    FloatVector one = FloatVector.broadcast(S, 1);
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, z, zo + i);
      FloatVector d = FloatVector.fromArray(S, dy, dyo + i);
      d.mul(one.sub(v)).mul(v).intoArray(dx, dxo + i);
    }
  }

  private static void tanhGradient(
      float[] z, int zo, float[] dy, int dyo, float[] dx, int dxo, int n) {
    FloatVector one = FloatVector.broadcast(S, 1);
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, z, zo + i);
      FloatVector d = FloatVector.fromArray(S, dy, dyo + i);
      d.mul(v.neg().fma(v, one)).intoArray(dx, dxo + i);
    }
  }
}
