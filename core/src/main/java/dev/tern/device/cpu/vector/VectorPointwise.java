package dev.tern.device.cpu.vector;

import dev.tern.device.BinaryOp;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Arithmetic of two tensors, or of one and two numbers, one flat loop each. What is left over at
 * the end goes through the same vector code in a small array, so that a result does not depend on
 * where its element stands.
 */
final class VectorPointwise {
  private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
  private static final int L = S.length();

  private VectorPointwise() {}

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
          FloatVector.fromArray(S, a, ao + i)
              .add(FloatVector.fromArray(S, b, bo + i))
              .intoArray(out, oo + i);
        }
      }
      case SUB -> {
        for (int i = 0; i < n; i += L) {
          FloatVector.fromArray(S, a, ao + i)
              .sub(FloatVector.fromArray(S, b, bo + i))
              .intoArray(out, oo + i);
        }
      }
      case MUL -> {
        for (int i = 0; i < n; i += L) {
          FloatVector.fromArray(S, a, ao + i)
              .mul(FloatVector.fromArray(S, b, bo + i))
              .intoArray(out, oo + i);
        }
      }
      case DIV -> {
        for (int i = 0; i < n; i += L) {
          FloatVector.fromArray(S, a, ao + i)
              .div(FloatVector.fromArray(S, b, bo + i))
              .intoArray(out, oo + i);
        }
      }
      case MAX -> {
        for (int i = 0; i < n; i += L) {
          FloatVector.fromArray(S, a, ao + i)
              .max(FloatVector.fromArray(S, b, bo + i))
              .intoArray(out, oo + i);
        }
      }
      case MIN -> {
        for (int i = 0; i < n; i += L) {
          FloatVector.fromArray(S, a, ao + i)
              .min(FloatVector.fromArray(S, b, bo + i))
              .intoArray(out, oo + i);
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
          FloatVector.fromArray(S, a, ao + i).add(number).intoArray(out, oo + i);
        }
      }
      case SUB -> {
        for (int i = 0; i < n; i += L) {
          FloatVector.fromArray(S, a, ao + i).sub(number).intoArray(out, oo + i);
        }
      }
      case MUL -> {
        for (int i = 0; i < n; i += L) {
          FloatVector.fromArray(S, a, ao + i).mul(number).intoArray(out, oo + i);
        }
      }
      case DIV -> {
        for (int i = 0; i < n; i += L) {
          FloatVector.fromArray(S, a, ao + i).div(number).intoArray(out, oo + i);
        }
      }
      case MAX -> {
        for (int i = 0; i < n; i += L) {
          FloatVector.fromArray(S, a, ao + i).max(number).intoArray(out, oo + i);
        }
      }
      case MIN -> {
        for (int i = 0; i < n; i += L) {
          FloatVector.fromArray(S, a, ao + i).min(number).intoArray(out, oo + i);
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
          a.sub(FloatVector.fromArray(S, b, bo + i)).intoArray(out, oo + i);
        }
      }
      case DIV -> {
        for (int i = 0; i < n; i += L) {
          a.div(FloatVector.fromArray(S, b, bo + i)).intoArray(out, oo + i);
        }
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  static void affine(float[] x, int xo, float scale, float shift, float[] out, int oo, int n) {
    FloatVector factor = FloatVector.broadcast(S, scale);
    FloatVector addend = FloatVector.broadcast(S, shift);
    int i = 0;
    for (; i <= n - L; i += L) {
      FloatVector.fromArray(S, x, xo + i).fma(factor, addend).intoArray(out, oo + i);
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
      FloatVector centred = FloatVector.fromArray(S, x, xo + i).sub(center);
      centred
          .fma(steep, FloatVector.fromArray(S, dy, dyo + i).sub(shift))
          .mul(scale)
          .intoArray(dx, dxo + i);
    }
    for (; i < n; i++) {
      dx[dxo + i] = Math.fma(x[xo + i] - center, -slope, dy[dyo + i] - shift) * scale;
    }
  }
}
