package dev.tern.device.cpu.vector;

import dev.tern.device.BinaryOp;
import dev.tern.device.UnaryOp;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Pointwise functions, one flat loop each. What is left over at the end goes through the same
 * vector code in a small array, so that a result does not depend on where its element stands.
 */
final class VectorPointwise {
  private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
  private static final int L = S.length();

  private VectorPointwise() {}

  static boolean unary(UnaryOp op, float p, float q, float[] x, int xo, float[] y, int yo, int n) {
    int whole = n / L * L;
    if (!unaryWhole(op, p, q, x, xo, y, yo, whole)) {
      return false;
    }
    if (whole < n) {
      float[] rest = new float[L];
      System.arraycopy(x, xo + whole, rest, 0, n - whole);
      unaryWhole(op, p, q, rest, 0, rest, 0, L);
      System.arraycopy(rest, 0, y, yo + whole, n - whole);
    }
    return true;
  }

  private static boolean unaryWhole(
      UnaryOp op, float p, float q, float[] x, int xo, float[] y, int yo, int n) {
    switch (op) {
      case NEG -> {
        for (int i = 0; i < n; i += L) {
          FloatVector.fromArray(S, x, xo + i).neg().intoArray(y, yo + i);
        }
      }
      case ABS -> {
        for (int i = 0; i < n; i += L) {
          FloatVector.fromArray(S, x, xo + i).abs().intoArray(y, yo + i);
        }
      }
      case SQUARE -> {
        for (int i = 0; i < n; i += L) {
          FloatVector v = FloatVector.fromArray(S, x, xo + i);
          v.mul(v).intoArray(y, yo + i);
        }
      }
      case SQRT -> {
        for (int i = 0; i < n; i += L) {
          FloatVector.fromArray(S, x, xo + i).sqrt().intoArray(y, yo + i);
        }
      }
      case RECIPROCAL -> {
        for (int i = 0; i < n; i += L) {
          FloatVector.broadcast(S, 1).div(FloatVector.fromArray(S, x, xo + i)).intoArray(y, yo + i);
        }
      }
      case RELU -> relu(x, xo, y, yo, n);
      case CLAMP -> {
        for (int i = 0; i < n; i += L) {
          FloatVector.fromArray(S, x, xo + i).max(p).min(q).intoArray(y, yo + i);
        }
      }
      case TANH -> tanh(x, xo, y, yo, n);
      default -> {
        return false;
      }
    }
    return true;
  }

  private static void relu(float[] x, int xo, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector.fromArray(S, x, xo + i).max(0).intoArray(y, yo + i);
    }
  }

  /** x P(x²) / Q(x²) on the interval where tanh is not yet ±1, a minimax fit; 4 ulp at most. */
  private static void tanh(float[] x, int xo, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, xo + i).max(-7.9053111f).min(7.9053111f);
      FloatVector t = v.mul(v);
      FloatVector p = t.mul(-2.76076847742355e-16f).add(2.00018790482477e-13f);
      p = p.fma(t, FloatVector.broadcast(S, -8.60467152213735e-11f));
      p = p.fma(t, FloatVector.broadcast(S, 5.12229709037114e-08f));
      p = p.fma(t, FloatVector.broadcast(S, 1.48572235717979e-05f));
      p = p.fma(t, FloatVector.broadcast(S, 6.37261928875436e-04f));
      p = p.fma(t, FloatVector.broadcast(S, 4.89352455891786e-03f));
      FloatVector q = t.mul(1.19825839466702e-06f).add(1.18534705686654e-04f);
      q = q.fma(t, FloatVector.broadcast(S, 2.26843463243900e-03f));
      q = q.fma(t, FloatVector.broadcast(S, 4.89352518554385e-03f));
      v.mul(p).div(q).intoArray(y, yo + i);
    }
  }

  static boolean unaryGrad(
      UnaryOp op, float[] z, int zo, float[] dy, int dyo, float[] dx, int dxo, int n) {
    int whole = n / L * L;
    if (!gradWhole(op, z, zo, dy, dyo, dx, dxo, whole)) {
      return false;
    }
    if (whole < n) {
      float[] restZ = new float[L];
      float[] rest = new float[L];
      System.arraycopy(z, zo + whole, restZ, 0, n - whole);
      System.arraycopy(dy, dyo + whole, rest, 0, n - whole);
      gradWhole(op, restZ, 0, rest, 0, rest, 0, L);
      System.arraycopy(rest, 0, dx, dxo + whole, n - whole);
    }
    return true;
  }

  private static boolean gradWhole(
      UnaryOp op, float[] z, int zo, float[] dy, int dyo, float[] dx, int dxo, int n) {
    switch (op) {
      case RELU -> {
        for (int i = 0; i < n; i += L) {
          FloatVector y = FloatVector.fromArray(S, z, zo + i);
          FloatVector.zero(S)
              .blend(FloatVector.fromArray(S, dy, dyo + i), y.compare(VectorOperators.GT, 0))
              .intoArray(dx, dxo + i);
        }
      }
      case TANH -> {
        FloatVector one = FloatVector.broadcast(S, 1);
        for (int i = 0; i < n; i += L) {
          FloatVector y = FloatVector.fromArray(S, z, zo + i);
          FloatVector.fromArray(S, dy, dyo + i).mul(y.neg().fma(y, one)).intoArray(dx, dxo + i);
        }
      }
      case SQUARE -> {
        for (int i = 0; i < n; i += L) {
          FloatVector x = FloatVector.fromArray(S, z, zo + i);
          FloatVector.fromArray(S, dy, dyo + i).mul(x.add(x)).intoArray(dx, dxo + i);
        }
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  static boolean binary(
      BinaryOp op,
      float[] a,
      int ao,
      int as,
      float[] b,
      int bo,
      int bs,
      float[] out,
      int oo,
      int n) {
    int whole = n / L * L;
    if (!binaryWhole(op, a, ao, as, b, bo, bs, out, oo, whole)) {
      return false;
    }
    if (whole < n) {
      float[] restA = rest(a, ao, as, whole, n);
      float[] restB = rest(b, bo, bs, whole, n);
      binaryWhole(op, restA, 0, 1, restB, 0, 1, restA, 0, L);
      System.arraycopy(restA, 0, out, oo + whole, n - whole);
    }
    return true;
  }

  private static float[] rest(float[] a, int ao, int as, int whole, int n) {
    float[] rest = new float[L];
    if (as == 0) {
      Arrays.fill(rest, a[ao]);
    } else {
      System.arraycopy(a, ao + whole, rest, 0, n - whole);
    }
    return rest;
  }

  private static boolean binaryWhole(
      BinaryOp op,
      float[] a,
      int ao,
      int as,
      float[] b,
      int bo,
      int bs,
      float[] out,
      int oo,
      int n) {
    if (n == 0) {
      return op == BinaryOp.ADD
          || op == BinaryOp.SUB
          || op == BinaryOp.MUL
          || op == BinaryOp.DIV
          || op == BinaryOp.MAX
          || op == BinaryOp.MIN;
    }
    if (as == 1 && bs == 1) {
      return vectors(op, a, ao, b, bo, out, oo, n);
    }
    if (as == 1) {
      return vectorNumber(op, a, ao, b[bo], out, oo, n);
    }
    if (bs == 1) {
      return numberVector(op, a[ao], b, bo, out, oo, n);
    }
    return false;
  }

  private static boolean vectors(
      BinaryOp op, float[] a, int ao, float[] b, int bo, float[] out, int oo, int n) {
    switch (op) {
      case ADD -> {
        for (int i = 0; i < n; i += L) {
          load(a, ao + i).add(load(b, bo + i)).intoArray(out, oo + i);
        }
      }
      case SUB -> {
        for (int i = 0; i < n; i += L) {
          load(a, ao + i).sub(load(b, bo + i)).intoArray(out, oo + i);
        }
      }
      case MUL -> {
        for (int i = 0; i < n; i += L) {
          load(a, ao + i).mul(load(b, bo + i)).intoArray(out, oo + i);
        }
      }
      case DIV -> {
        for (int i = 0; i < n; i += L) {
          load(a, ao + i).div(load(b, bo + i)).intoArray(out, oo + i);
        }
      }
      case MAX -> {
        for (int i = 0; i < n; i += L) {
          load(a, ao + i).max(load(b, bo + i)).intoArray(out, oo + i);
        }
      }
      case MIN -> {
        for (int i = 0; i < n; i += L) {
          load(a, ao + i).min(load(b, bo + i)).intoArray(out, oo + i);
        }
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  private static boolean vectorNumber(
      BinaryOp op, float[] a, int ao, float number, float[] out, int oo, int n) {
    switch (op) {
      case ADD -> {
        for (int i = 0; i < n; i += L) {
          load(a, ao + i).add(number).intoArray(out, oo + i);
        }
      }
      case SUB -> {
        for (int i = 0; i < n; i += L) {
          load(a, ao + i).sub(number).intoArray(out, oo + i);
        }
      }
      case MUL -> {
        for (int i = 0; i < n; i += L) {
          load(a, ao + i).mul(number).intoArray(out, oo + i);
        }
      }
      case DIV -> {
        for (int i = 0; i < n; i += L) {
          load(a, ao + i).div(number).intoArray(out, oo + i);
        }
      }
      case MAX -> {
        for (int i = 0; i < n; i += L) {
          load(a, ao + i).max(number).intoArray(out, oo + i);
        }
      }
      case MIN -> {
        for (int i = 0; i < n; i += L) {
          load(a, ao + i).min(number).intoArray(out, oo + i);
        }
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  private static boolean numberVector(
      BinaryOp op, float number, float[] b, int bo, float[] out, int oo, int n) {
    FloatVector a = FloatVector.broadcast(S, number);
    switch (op) {
      case ADD, MUL, MAX, MIN -> {
        return vectorNumber(op, b, bo, number, out, oo, n);
      }
      case SUB -> {
        for (int i = 0; i < n; i += L) {
          a.sub(load(b, bo + i)).intoArray(out, oo + i);
        }
      }
      case DIV -> {
        for (int i = 0; i < n; i += L) {
          a.div(load(b, bo + i)).intoArray(out, oo + i);
        }
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  private static FloatVector load(float[] a, int at) {
    return FloatVector.fromArray(S, a, at);
  }

  static void affine(float[] x, int xo, float scale, float shift, float[] out, int oo, int n) {
    FloatVector factor = FloatVector.broadcast(S, scale);
    FloatVector addend = FloatVector.broadcast(S, shift);
    int i = 0;
    for (; i <= n - L; i += L) {
      load(x, xo + i).fma(factor, addend).intoArray(out, oo + i);
    }
    for (; i < n; i++) {
      out[oo + i] = Math.fma(x[xo + i], scale, shift);
    }
  }

  /** {@code dx = scale (dy - shift - slope (x - center))}. */
  static void normGrad(
      float[] x,
      int xo,
      float center,
      float slope,
      float[] dy,
      int dyo,
      float shift,
      float scale,
      float[] dx,
      int dxo,
      int n) {
    FloatVector steep = FloatVector.broadcast(S, -slope);
    int i = 0;
    for (; i <= n - L; i += L) {
      FloatVector centred = load(x, xo + i).sub(center);
      centred.fma(steep, load(dy, dyo + i).sub(shift)).mul(scale).intoArray(dx, dxo + i);
    }
    for (; i < n; i++) {
      dx[dxo + i] = Math.fma(x[xo + i] - center, -slope, dy[dyo + i] - shift) * scale;
    }
  }
}
