package dev.tern.device.cpu.vector;

import dev.tern.device.UnaryOp;
import dev.tern.device.cpu.Scratch;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Functions made of several passes over a block that stays in the first cache, each pass a flat
 * loop of few operations: of {@link VectorUnary} and {@link VectorLog}, or its own. Results are
 * within 5 units in the last place; where terms of different signs meet (as in the derivative of
 * GELU), of the larger term.
 *
 * <p>Loops call nothing but the vector API, which C2 always inlines; a helper's call would put the
 * vectors on the heap where C2 has had enough of inlining.
 */
final class VectorComposed {
  private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
  private static final int L = S.length();
  private static final int BLOCK = 1024;
  private static final float ROOT_HALF = (float) Math.sqrt(0.5);
  private static final float ONE_OVER_ROOT_TWO_PI = (float) (1 / Math.sqrt(2 * Math.PI));

  /** √(2/π), times 2 because {@code (1 + tanh u) / 2} is {@code sigmoid(2u)}. */
  private static final float GELU_SLOPE = (float) (2 * Math.sqrt(2 / Math.PI));

  private static final float GELU_CUBE = 0.044715f;

  private VectorComposed() {}

  /** n is a multiple of the vector length. */
  static boolean apply(UnaryOp op, float p, float q, float[] x, int xo, float[] y, int yo, int n) {
    float[] t = Scratch.floats(Scratch.POINTWISE, 2 * BLOCK);
    int i = 0;
    boolean known;
    do { // once for n = 0 too, to tell
      known = block(op, p, q, x, xo + i, y, yo + i, Math.min(BLOCK, n - i), t);
      i += BLOCK;
    } while (known && i < n);
    return known;
  }

  private static boolean block(
      UnaryOp op, float p, float q, float[] x, int xo, float[] y, int yo, int n, float[] t) {
    switch (op) {
      case EXPM1 -> {
        VectorUnary.exp(x, xo, t, 0, n);
        VectorLog.expm1(x, xo, t, y, yo, n);
      }
      case LOG1P -> VectorLog.log1p(x, xo, t, BLOCK, y, yo, n);
      case ERF -> {
        tail(x, xo, 1, t, n);
        erf(x, xo, t, y, yo, n);
      }
      case GELU -> {
        tail(x, xo, 0.5f, t, n);
        gelu(x, xo, t, y, yo, n);
      }
      case GELU_TANH -> {
        geluInner(x, xo, t, n);
        VectorUnary.sigmoid(t, 0, t, 0, n);
        times(x, xo, t, y, yo, n);
      }
      case SILU -> {
        VectorUnary.sigmoid(x, xo, t, 0, n);
        times(x, xo, t, y, yo, n);
      }
      case ELU -> {
        VectorUnary.exp(x, xo, t, 0, n);
        VectorLog.expm1(x, xo, t, t, 0, n);
        elu(p, x, xo, t, y, yo, n);
      }
      case SOFTPLUS -> {
        VectorPointwise.affine(x, xo, p, -0f, t, 0, n);
        VectorUnary.exp(t, 0, t, 0, n);
        VectorLog.log1p(t, 0, t, BLOCK, t, 0, n);
        softplus(p, q, x, xo, t, y, yo, n);
      }
      case LOG_SIGMOID -> {
        minusSize(x, xo, t, n);
        VectorUnary.exp(t, 0, t, 0, n);
        VectorLog.log1p(t, 0, t, BLOCK, t, 0, n);
        logSigmoid(x, xo, t, y, yo, n);
      }
      case MISH -> {
        expBelow30(x, xo, t, n);
        mish(x, xo, t, y, yo, n);
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  /** {@code dx = op'(x) dy}; n is a multiple of the vector length. */
  static boolean gradient(
      UnaryOp op,
      float p,
      float q,
      float[] x,
      int xo,
      float[] dy,
      int dyo,
      float[] dx,
      int dxo,
      int n) {
    float[] t = Scratch.floats(Scratch.POINTWISE, 2 * BLOCK);
    int i = 0;
    boolean known;
    do {
      int count = Math.min(BLOCK, n - i);
      known = slopes(op, p, q, x, xo + i, count, t);
      if (known) {
        times(dy, dyo + i, t, dx, dxo + i, count);
      }
      i += BLOCK;
    } while (known && i < n);
    return known;
  }

  /** {@code t = op'(x)}. */
  private static boolean slopes(UnaryOp op, float p, float q, float[] x, int xo, int n, float[] t) {
    switch (op) {
      case ERF -> {
        tail(x, xo, 1, t, n);
        VectorPointwise.affine(t, BLOCK, (float) (2 / Math.sqrt(Math.PI)), -0f, t, 0, n);
      }
      case GELU -> {
        tail(x, xo, 0.5f, t, n);
        geluSlope(x, xo, t, n);
      }
      case GELU_TANH -> {
        geluInner(x, xo, t, n);
        VectorUnary.sigmoid(t, 0, t, 0, n);
        geluTanhSlope(x, xo, t, n);
      }
      case SILU -> {
        VectorUnary.sigmoid(x, xo, t, 0, n);
        siluSlope(x, xo, t, n);
      }
      case ELU -> {
        VectorUnary.exp(x, xo, t, 0, n);
        eluSlope(p, x, xo, t, n);
      }
      case SOFTPLUS -> {
        VectorPointwise.affine(x, xo, p, -0f, t, 0, n);
        VectorUnary.sigmoid(t, 0, t, 0, n);
        softplusSlope(p, q, x, xo, t, n);
      }
      case LOG_SIGMOID -> {
        VectorPointwise.affine(x, xo, -1, -0f, t, 0, n);
        VectorUnary.sigmoid(t, 0, t, 0, n);
      }
      case MISH -> {
        expBelow30(x, xo, t, n);
        mishSlope(x, xo, t, n);
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  /**
   * {@code t = erfc(√a |x|)} for a of 1 or 1/2, and in the second block {@code exp(-a x²)}: the
   * product of {@code exp(-z²)} and {@code erfcx(z) = exp(z²) erfc(z)}, a polynomial in {@code 1 /
   * (1 + 0.4 z)}. What rounding took off the square is made up for.
   */
  private static void tail(float[] x, int xo, float a, float[] t, int n) {
    float root = a == 1 ? 1 : ROOT_HALF;
    minusSquare(x, xo, a, t, n);
    VectorUnary.exp(t, BLOCK, t, BLOCK, n);
    gauss(x, xo, a, t, n);
    scaledTail(x, xo, root, t, n);
  }

  private static void minusSquare(float[] x, int xo, float a, float[] t, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, xo + i).max(-15).min(15);
      v.mul(v).mul(-a).intoArray(t, BLOCK + i);
    }
  }

  private static void gauss(float[] x, int xo, float a, float[] t, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, xo + i).max(-15).min(15);
      FloatVector lost = v.fma(v, v.mul(v).neg());
      FloatVector e = FloatVector.fromArray(S, t, BLOCK + i);
      e.fma(lost.mul(-a), e).intoArray(t, BLOCK + i);
    }
  }

  private static void scaledTail(float[] x, int xo, float root, float[] t, int n) {
    FloatVector one = FloatVector.broadcast(S, 1);
    for (int i = 0; i < n; i += L) {
      FloatVector z = FloatVector.fromArray(S, x, xo + i).max(-15).min(15).abs().mul(root);
      FloatVector w = one.div(z.fma(FloatVector.broadcast(S, 0.4f), one));
      FloatVector f =
          w.fma(FloatVector.broadcast(S, -0.01925162f), FloatVector.broadcast(S, 0.08276089f));
      f = f.fma(w, FloatVector.broadcast(S, -0.08948f));
      f = f.fma(w, FloatVector.broadcast(S, -0.07485175f));
      f = f.fma(w, FloatVector.broadcast(S, 0.14914787f));
      f = f.fma(w, FloatVector.broadcast(S, -0.03574925f));
      f = f.fma(w, FloatVector.broadcast(S, 0.16781396f));
      f = f.fma(w, FloatVector.broadcast(S, 0.15863423f));
      f = f.fma(w, FloatVector.broadcast(S, 0.20982756f));
      f = f.fma(w, FloatVector.broadcast(S, 0.22546352f));
      f = f.fma(w, FloatVector.broadcast(S, 0.22568463f));
      f.mul(w).mul(FloatVector.fromArray(S, t, BLOCK + i)).intoArray(t, i);
    }
  }

  /** {@code 1 - erfc|x|} with x's sign; near 0, where that cancels, x times a polynomial in x². */
  private static void erf(float[] x, int xo, float[] t, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, xo + i);
      FloatVector far = FloatVector.fromArray(S, t, i).neg().add(1);
      far = far.blend(far.neg(), v.compare(VectorOperators.LT, 0));
      FloatVector s = v.mul(v);
      FloatVector f =
          s.fma(FloatVector.broadcast(S, 7.853855e-5f), FloatVector.broadcast(S, -8.010190e-4f));
      f = f.fma(s, FloatVector.broadcast(S, 5.1883273e-3f));
      f = f.fma(s, FloatVector.broadcast(S, -0.026853811f));
      f = f.fma(s, FloatVector.broadcast(S, 0.11283585f));
      f = f.fma(s, FloatVector.broadcast(S, -0.37612626f));
      f = f.fma(s, FloatVector.broadcast(S, 1.1283791f));
      far.blend(f.mul(v), v.abs().compare(VectorOperators.LT, 1)).intoArray(y, yo + i);
    }
  }

  /** Φ(x) from {@code erfc(|x| / √2)}. */
  private static void gelu(float[] x, int xo, float[] t, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, xo + i);
      FloatVector half = FloatVector.fromArray(S, t, i).mul(0.5f);
      FloatVector phi = half.neg().add(1).blend(half, v.compare(VectorOperators.LT, 0));
      v.mul(phi).intoArray(y, yo + i);
    }
  }

  /** {@code Φ(x) + x exp(-x²/2) / √2π}. */
  private static void geluSlope(float[] x, int xo, float[] t, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, xo + i);
      FloatVector half = FloatVector.fromArray(S, t, i).mul(0.5f);
      FloatVector phi = half.neg().add(1).blend(half, v.compare(VectorOperators.LT, 0));
      FloatVector.fromArray(S, t, BLOCK + i).mul(ONE_OVER_ROOT_TWO_PI).fma(v, phi).intoArray(t, i);
    }
  }

  /** {@code t = 2 √(2/π) (x + 0.044715 x³)}. */
  private static void geluInner(float[] x, int xo, float[] t, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, xo + i);
      v.mul(v).mul(GELU_CUBE).fma(v, v).mul(GELU_SLOPE).intoArray(t, i);
    }
  }

  /** With {@code s = sigmoid(u)}: {@code s + x s (1 - s) u'}. */
  private static void geluTanhSlope(float[] x, int xo, float[] t, int n) {
    FloatVector one = FloatVector.broadcast(S, 1);
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, xo + i).max(-15).min(15);
      FloatVector s = FloatVector.fromArray(S, t, i);
      FloatVector inner = v.mul(v).mul(3 * GELU_CUBE).add(1).mul(GELU_SLOPE);
      v.mul(inner).mul(s).fma(one.sub(s), s).intoArray(t, i);
    }
  }

  private static void times(float[] x, int xo, float[] t, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector.fromArray(S, x, xo + i).mul(FloatVector.fromArray(S, t, i)).intoArray(y, yo + i);
    }
  }

  /** {@code s (1 + x (1 - s))}. */
  private static void siluSlope(float[] x, int xo, float[] t, int n) {
    FloatVector one = FloatVector.broadcast(S, 1);
    for (int i = 0; i < n; i += L) {
      FloatVector s = FloatVector.fromArray(S, t, i);
      FloatVector.fromArray(S, x, xo + i).fma(one.sub(s), one).mul(s).intoArray(t, i);
    }
  }

  private static void elu(float p, float[] x, int xo, float[] t, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, xo + i);
      FloatVector.fromArray(S, t, i)
          .mul(p)
          .blend(v, v.compare(VectorOperators.GT, 0))
          .intoArray(y, yo + i);
    }
  }

  private static void eluSlope(float p, float[] x, int xo, float[] t, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector.fromArray(S, t, i)
          .mul(p)
          .blend(1, FloatVector.fromArray(S, x, xo + i).compare(VectorOperators.GT, 0))
          .intoArray(t, i);
    }
  }

  private static void softplus(
      float p, float q, float[] x, int xo, float[] t, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, xo + i);
      FloatVector.fromArray(S, t, i)
          .div(p)
          .blend(v, v.mul(p).compare(VectorOperators.GT, q))
          .intoArray(y, yo + i);
    }
  }

  private static void softplusSlope(float p, float q, float[] x, int xo, float[] t, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector.fromArray(S, t, i)
          .blend(1, FloatVector.fromArray(S, x, xo + i).mul(p).compare(VectorOperators.GT, q))
          .intoArray(t, i);
    }
  }

  private static void minusSize(float[] x, int xo, float[] t, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector.fromArray(S, x, xo + i).abs().neg().intoArray(t, i);
    }
  }

  private static void logSigmoid(float[] x, int xo, float[] t, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector.fromArray(S, x, xo + i)
          .min(0)
          .sub(FloatVector.fromArray(S, t, i))
          .intoArray(y, yo + i);
    }
  }

  /** eˣ, from x = 30 on e³⁰: there Mish is x. */
  private static void expBelow30(float[] x, int xo, float[] t, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector.fromArray(S, x, xo + i).min(30).intoArray(t, i);
    }
    VectorUnary.exp(t, 0, t, 0, n);
  }

  /** With {@code e = eˣ} and {@code m = e (e + 2)}: {@code tanh(ln (1 + e)) = m / (m + 2)}. */
  private static void mish(float[] x, int xo, float[] t, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector e = FloatVector.fromArray(S, t, i);
      FloatVector m = e.mul(e.add(2));
      FloatVector.fromArray(S, x, xo + i).mul(m.div(m.add(2))).intoArray(y, yo + i);
    }
  }

  /** {@code m / (m + 2) + 4 x e (1 + e) / (m + 2)²}. */
  private static void mishSlope(float[] x, int xo, float[] t, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, xo + i).min(30);
      FloatVector e = FloatVector.fromArray(S, t, i);
      FloatVector m = e.mul(e.add(2));
      FloatVector w = m.add(2);
      FloatVector slope = e.mul(4).mul(e.add(1)).div(w).mul(v);
      m.add(slope).div(w).intoArray(t, i);
    }
  }
}
