package dev.tern.device.cpu;

import dev.tern.device.BinaryOp;
import dev.tern.device.UnaryOp;
import java.util.Arrays;

/**
 * The kernels as plain loops. Where it matters they are shaped so that C2 makes vector instructions
 * of them by itself: rows in arrays of their own, one shared index, {@link Math#fma}.
 */
public class ScalarSimd implements Simd {
  /** Of a vector of 512 bits. */
  private static final int LANES = 16;

  private final int lanes;
  private final ScalarSums sums;

  /** For the choice of kernels. */
  ScalarSimd() {
    this(LANES);
  }

  /**
   * For the vector kernels, which it stands in for.
   *
   * @param lanes how many partial sums the vector kernels keep side by side
   */
  public ScalarSimd(int lanes) {
    this.lanes = lanes;
    sums = new ScalarSums(lanes);
  }

  @Override
  public boolean unary(UnaryOp op, float p, float q, float[] x, int xo, float[] y, int yo, int n) {
    return ScalarUnary.apply(op, p, q, x, xo, y, yo, n);
  }

  @Override
  public boolean unaryGrad(
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
    return ScalarUnary.gradient(op, p, q, z, zo, dy, dyo, dx, dxo, n);
  }

  @Override
  public boolean binary(
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
    switch (op) {
      case ADD -> {
        for (int i = 0; i < n; i++) {
          out[oo + i] = a[ao + i * as] + b[bo + i * bs];
        }
      }
      case SUB -> {
        for (int i = 0; i < n; i++) {
          out[oo + i] = a[ao + i * as] - b[bo + i * bs];
        }
      }
      case MUL -> {
        for (int i = 0; i < n; i++) {
          out[oo + i] = a[ao + i * as] * b[bo + i * bs];
        }
      }
      case DIV -> {
        for (int i = 0; i < n; i++) {
          out[oo + i] = a[ao + i * as] / b[bo + i * bs];
        }
      }
      case MAX -> {
        for (int i = 0; i < n; i++) {
          out[oo + i] = Math.max(a[ao + i * as], b[bo + i * bs]);
        }
      }
      case MIN -> {
        for (int i = 0; i < n; i++) {
          out[oo + i] = Math.min(a[ao + i * as], b[bo + i * bs]);
        }
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  @Override
  public void affine(float[] x, int xo, float scale, float shift, float[] out, int oo, int n) {
    for (int i = 0; i < n; i++) {
      out[oo + i] = Math.fma(x[xo + i], scale, shift);
    }
  }

  @Override
  public double sum(float[] x, int xo, int rows, int step, int n) {
    return sums.sum(x, xo, rows, step, n);
  }

  @Override
  public void sumsOfSquares(
      float[] x, int xo, float center, int rows, int step, int n, double[] out, int oo) {
    sums.sumsOfSquares(x, xo, center, rows, step, n, out, oo);
  }

  @Override
  public void sumsOfProducts(
      float[] x,
      int xo,
      float center,
      float[] y,
      int yo,
      int rows,
      int step,
      int n,
      double[] out,
      int oo) {
    sums.sumsOfProducts(x, xo, center, y, yo, rows, step, n, out, oo);
  }

  @Override
  public void rowProducts(
      int rows,
      int n,
      float[] x,
      int xo,
      float[] y,
      int yo,
      float[] out,
      int oo,
      int step,
      boolean accumulate) {
    sums.rowProducts(rows, n, x, xo, y, yo, out, oo, step, accumulate);
  }

  @Override
  public float max(float[] x, int xo, int n) {
    float max = Float.NEGATIVE_INFINITY;
    for (int i = 0; i < n; i++) {
      max = Math.max(max, x[xo + i]);
    }
    return max;
  }

  @Override
  public float min(float[] x, int xo, int n) {
    float min = Float.POSITIVE_INFINITY;
    for (int i = 0; i < n; i++) {
      min = Math.min(min, x[xo + i]);
    }
    return min;
  }

  @Override
  public void normGrad(
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
    for (int i = 0; i < n; i++) {
      dx[dxo + i] = Math.fma(x[xo + i] - center, -slope, dy[dyo + i] - shift) * scale;
    }
  }

  @Override
  public void gemm(
      boolean ta,
      boolean tb,
      int m,
      int n,
      int k,
      float[] a,
      int ao,
      int lda,
      float[] b,
      int bo,
      int ldb,
      float[] c,
      int co,
      int ldc,
      boolean accumulate) {
    ScalarGemm.gemm(ta, tb, m, n, k, a, ao, lda, b, bo, ldb, c, co, ldc, accumulate);
  }

  @Override
  public int lanes() {
    return lanes;
  }

  @Override
  public void conv3x3(Planes x, float[] weight, float[] bias, Planes y) {
    ScalarConv3x3.forward(x, weight, bias, y);
  }

  @Override
  public void conv3x3WeightGrad(Planes x, Planes dy, float[] dw, int dwo) {
    if (!Simd.isFew(x.channels(), lanes)) {
      ScalarConvOuter.weightGrad(x, dy, dw, dwo);
    } else {
      ScalarConvFew.weightGrad(lanes, x, dy, dw, dwo);
    }
  }

  @Override
  public void maxPool2x2(int rows, int w, float[] x, int xo, float[] y, int yo) {
    int half = w / 2;
    for (int r = 0; r < rows; r++) {
      int a = xo + 2 * r * w;
      for (int j = 0; j < half; j++) {
        y[yo + r * half + j] =
            Math.max(
                Math.max(x[a + 2 * j], x[a + 2 * j + 1]),
                Math.max(x[a + w + 2 * j], x[a + w + 2 * j + 1]));
      }
    }
  }

  @Override
  public void maxPool2x2Grad(
      int rows, int w, float[] x, int xo, float[] dy, int dyo, float[] dx, int dxo) {
    int half = w / 2;
    Arrays.fill(dx, dxo, dxo + 2 * rows * w, 0);
    for (int r = 0; r < rows; r++) {
      for (int j = 0; j < half; j++) {
        int first = 2 * r * w + 2 * j;
        int best = first;
        best = larger(x, xo, best, first + 1);
        best = larger(x, xo, best, first + w);
        best = larger(x, xo, best, first + w + 1);
        dx[dxo + best] = dy[dyo + r * half + j];
      }
    }
  }

  /** Which of two is larger, the earlier one at a tie; NaN is larger than all numbers. */
  private static int larger(float[] x, int xo, int best, int other) {
    float a = x[xo + best];
    float b = x[xo + other];
    return b > a || Float.isNaN(b) && !Float.isNaN(a) ? other : best;
  }
}
