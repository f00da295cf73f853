package dev.tern.device.cpu.vector;

import dev.tern.device.BinaryOp;
import dev.tern.device.UnaryOp;
import dev.tern.device.cpu.BlockKernels;
import dev.tern.device.cpu.ScalarSimd;
import dev.tern.device.cpu.WinogradKernels;
import org.jspecify.annotations.Nullable;

/**
 * The kernels on the widest vectors that this machine prefers; what they do not cover stays scalar.
 */
public final class PanamaSimd extends ScalarSimd {
  private final @Nullable WinogradKernels winograd =
      VectorWinograd.fits() ? new VectorWinograd() : null;
  private final BlockKernels blocks = new VectorBlocks();

  /** For the choice of kernels, which finds this class by reflection. */
  public PanamaSimd() {}

  @Override
  public boolean unary(UnaryOp op, float p, float q, float[] x, int xo, float[] y, int yo, int n) {
    return VectorUnary.apply(op, p, q, x, xo, y, yo, n);
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
    return VectorUnary.gradient(op, p, q, z, zo, dy, dyo, dx, dxo, n);
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
    return VectorPointwise.binary(op, a, ao, as, b, bo, bs, out, oo, n)
        || super.binary(op, a, ao, as, b, bo, bs, out, oo, n);
  }

  @Override
  public void affine(float[] x, int xo, float scale, float shift, float[] out, int oo, int n) {
    VectorPointwise.affine(x, xo, scale, shift, out, oo, n);
  }

  @Override
  public double sum(float[] x, int xo, int rows, int step, int n) {
    return VectorReduce.sum(x, xo, rows, step, n);
  }

  @Override
  public double sumOfSquares(float[] x, int xo, float center, int rows, int step, int n) {
    return VectorReduce.sumOfSquares(x, xo, center, rows, step, n);
  }

  @Override
  public double sumOfProducts(
      float[] x, int xo, float center, float[] y, int yo, int rows, int step, int n) {
    return VectorReduce.sumOfProducts(x, xo, center, y, yo, rows, step, n);
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
    VectorReduce.rowProducts(rows, n, x, xo, y, yo, out, oo, step, accumulate);
  }

  @Override
  public float max(float[] x, int xo, int n) {
    return VectorReduce.max(x, xo, n);
  }

  @Override
  public float min(float[] x, int xo, int n) {
    return VectorReduce.min(x, xo, n);
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
    VectorPointwise.normGrad(x, xo, center, slope, dy, dyo, shift, scale, dx, dxo, n);
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
    VectorGemm.gemm(ta, tb, m, n, k, a, ao, lda, b, bo, ldb, c, co, ldc, accumulate);
  }

  @Override
  public void conv3x3(
      int images,
      int c,
      int h,
      int w,
      int k,
      float[] x,
      int xo,
      float[] weight,
      float[] bias,
      float[] y,
      int yo) {
    VectorConv3x3.forward(images, c, h, w, k, x, xo, weight, bias, y, yo);
  }

  @Override
  public void conv3x3WeightGrad(
      int images,
      int c,
      int h,
      int w,
      int k,
      float[] x,
      int xo,
      float[] dy,
      int dyo,
      float[] dw,
      int dwo) {
    if (VectorConvOuter.fits(c)) {
      VectorConvOuter.weightGrad(images, c, h, w, k, x, xo, dy, dyo, dw, dwo);
    } else {
      VectorConvFew.weightGrad(images, c, h, w, k, x, xo, dy, dyo, dw, dwo);
    }
  }

  @Override
  public BlockKernels blocks() {
    return blocks;
  }

  @Override
  public @Nullable WinogradKernels winograd() {
    return winograd;
  }

  @Override
  public void maxPool2x2(int rows, int w, float[] x, int xo, float[] y, int yo) {
    if (VectorPool.fits(rows, w)) {
      VectorPool.forward(rows, w, x, xo, y, yo);
    } else {
      super.maxPool2x2(rows, w, x, xo, y, yo);
    }
  }

  @Override
  public void maxPool2x2Grad(
      int rows, int w, float[] x, int xo, float[] dy, int dyo, float[] dx, int dxo) {
    if (VectorPool.fits(rows, w)) {
      VectorPool.grad(rows, w, x, xo, dy, dyo, dx, dxo);
    } else {
      super.maxPool2x2Grad(rows, w, x, xo, dy, dyo, dx, dxo);
    }
  }
}
