package dev.tern.device.cpu.vector;

import dev.tern.device.BinaryOp;
import dev.tern.device.UnaryOp;
import dev.tern.device.cpu.BlockKernels;
import dev.tern.device.cpu.Planes;
import dev.tern.device.cpu.ScalarSimd;
import dev.tern.device.cpu.Simd;
import dev.tern.device.cpu.WinogradKernels;
import jdk.incubator.vector.FloatVector;
import org.jspecify.annotations.Nullable;

/**
 * The kernels on the widest vectors that this machine prefers; what they do not cover stays scalar,
 * and so does what the JVM has not compiled yet ({@link Trials}), if there is a plain loop with the
 * same results.
 */
public final class PanamaSimd extends ScalarSimd {
  private static final int L = FloatVector.SPECIES_PREFERRED.length();

  // the kernels of {@link Trials}
  private static final int AFFINE = 0;
  private static final int SUM = 1;
  private static final int SUMS_OF_SQUARES = 2;
  private static final int SUMS_OF_PRODUCTS = 3;
  private static final int ROW_PRODUCTS = 4;
  private static final int MAX = 5;
  private static final int MIN = 6;
  private static final int NORM_GRAD = 7;
  private static final int CONV = 8;
  private static final int CONV_WEIGHT_FEW = 9;
  private static final int CONV_WEIGHT_OUTER = 10;
  private static final int POOL = 11;
  private static final int POOL_GRAD = 12;
  private static final int GEMM = 13; // and what is transposed, by 3 widths of a tile
  private static final int BINARY = GEMM + 12; // and the operation, by 4 kinds of operands
  private static final int UNARY = BINARY + 4 * BinaryOp.values().length;
  private static final int UNARY_GRAD = UNARY + UnaryOp.values().length;
  private static final int BLOCKS = UNARY_GRAD + UnaryOp.values().length;
  private static final int KERNELS = BLOCKS + TriedBlocks.KERNELS;

  private final Trials trials;
  private final BlockKernels blocks;
  private final Simd compiled;

  /** For the choice of kernels, which finds this class by reflection. */
  public PanamaSimd() {
    super(L);
    compiled = new PanamaSimd(KERNELS);
    trials = new Trials(KERNELS);
    blocks = new TriedBlocks(trials, BLOCKS);
  }

  /** Without trials. */
  private PanamaSimd(int kernels) {
    super(L);
    compiled = this;
    trials = Trials.none(kernels);
    blocks = new VectorBlocks();
  }

  @Override
  public Simd compiled() {
    return compiled;
  }

  @Override
  public boolean unary(UnaryOp op, float p, float q, float[] x, int xo, float[] y, int yo, int n) {
    int kernel = UNARY + op.ordinal();
    long begun = trials.begin(kernel);
    boolean known =
        begun < 0 && super.unary(op, p, q, x, xo, y, yo, n)
            || VectorUnary.apply(op, p, q, x, xo, y, yo, n);
    trials.end(kernel, begun, n);
    return known;
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
    int kernel = UNARY_GRAD + op.ordinal();
    long begun = trials.begin(kernel);
    boolean known =
        begun < 0 && super.unaryGrad(op, p, q, z, zo, dy, dyo, dx, dxo, n)
            || VectorUnary.gradient(op, p, q, z, zo, dy, dyo, dx, dxo, n);
    trials.end(kernel, begun, n);
    return known;
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
    int kernel = BINARY + 4 * op.ordinal() + 2 * as + bs;
    long begun = trials.begin(kernel);
    boolean known =
        begun >= 0 && VectorPointwise.binary(op, a, ao, as, b, bo, bs, out, oo, n)
            || super.binary(op, a, ao, as, b, bo, bs, out, oo, n);
    trials.end(kernel, begun, n);
    return known;
  }

  @Override
  public void affine(float[] x, int xo, float scale, float shift, float[] out, int oo, int n) {
    long begun = trials.begin(AFFINE);
    if (begun >= 0) {
      VectorPointwise.affine(x, xo, scale, shift, out, oo, n);
    } else {
      super.affine(x, xo, scale, shift, out, oo, n);
    }
    trials.end(AFFINE, begun, n);
  }

  @Override
  public double sum(float[] x, int xo, int rows, int step, int n) {
    long begun = trials.begin(SUM);
    double result =
        begun >= 0 ? VectorReduce.sum(x, xo, rows, step, n) : super.sum(x, xo, rows, step, n);
    trials.end(SUM, begun, (long) rows * n);
    return result;
  }

  @Override
  public void sumsOfSquares(
      float[] x, int xo, float center, int rows, int step, int n, double[] out, int oo) {
    long begun = trials.begin(SUMS_OF_SQUARES);
    if (begun >= 0) {
      VectorReduce.sumsOfSquares(x, xo, center, rows, step, n, out, oo);
    } else {
      super.sumsOfSquares(x, xo, center, rows, step, n, out, oo);
    }
    trials.end(SUMS_OF_SQUARES, begun, (long) rows * n);
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
    long begun = trials.begin(SUMS_OF_PRODUCTS);
    if (begun >= 0) {
      VectorReduce.sumsOfProducts(x, xo, center, y, yo, rows, step, n, out, oo);
    } else {
      super.sumsOfProducts(x, xo, center, y, yo, rows, step, n, out, oo);
    }
    trials.end(SUMS_OF_PRODUCTS, begun, (long) rows * n);
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
    long begun = trials.begin(ROW_PRODUCTS);
    if (begun >= 0) {
      VectorReduce.rowProducts(rows, n, x, xo, y, yo, out, oo, step, accumulate);
    } else {
      super.rowProducts(rows, n, x, xo, y, yo, out, oo, step, accumulate);
    }
    trials.end(ROW_PRODUCTS, begun, (long) rows * n);
  }

  @Override
  public float max(float[] x, int xo, int n) {
    long begun = trials.begin(MAX);
    float result = begun >= 0 ? VectorReduce.max(x, xo, n) : super.max(x, xo, n);
    trials.end(MAX, begun, n);
    return result;
  }

  @Override
  public float min(float[] x, int xo, int n) {
    long begun = trials.begin(MIN);
    float result = begun >= 0 ? VectorReduce.min(x, xo, n) : super.min(x, xo, n);
    trials.end(MIN, begun, n);
    return result;
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
    long begun = trials.begin(NORM_GRAD);
    if (begun >= 0) {
      VectorPointwise.normGrad(x, xo, center, slope, dy, dyo, shift, scale, dx, dxo, n);
    } else {
      super.normGrad(x, xo, center, slope, dy, dyo, shift, scale, dx, dxo, n);
    }
    trials.end(NORM_GRAD, begun, n);
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
    int kernel = GEMM + (ta ? 6 : 0) + (tb ? 3 : 0) + (n > 2 * L ? 2 : n > L ? 1 : 0);
    long begun = trials.begin(kernel);
    if (begun >= 0) {
      VectorGemm.gemm(ta, tb, m, n, k, a, ao, lda, b, bo, ldb, c, co, ldc, accumulate);
    } else {
      super.gemm(ta, tb, m, n, k, a, ao, lda, b, bo, ldb, c, co, ldc, accumulate);
    }
    trials.end(kernel, begun, (long) m * n * k);
  }

  @Override
  public void conv3x3(Planes x, float[] weight, float[] bias, Planes y) {
    long begun = trials.begin(CONV);
    if (begun >= 0) {
      VectorConv3x3.forward(x, weight, bias, y);
    } else {
      super.conv3x3(x, weight, bias, y);
    }
    trials.end(CONV, begun, work(x, y));
  }

  @Override
  public void conv3x3WeightGrad(Planes x, Planes dy, float[] dw, int dwo) {
    boolean outer = !Simd.isFew(x.channels(), lanes());
    int kernel = outer ? CONV_WEIGHT_OUTER : CONV_WEIGHT_FEW;
    long begun = trials.begin(kernel);
    if (begun < 0) {
      super.conv3x3WeightGrad(x, dy, dw, dwo);
    } else if (outer) {
      VectorConvOuter.weightGrad(x, dy, dw, dwo);
    } else {
      VectorConvFew.weightGrad(x, dy, dw, dwo);
    }
    trials.end(kernel, begun, work(x, dy));
  }

  @Override
  public BlockKernels blocks() {
    return blocks;
  }

  @Override
  public @Nullable WinogradKernels winograd() {
    return Winograd.KERNELS;
  }

  @Override
  public void maxPool2x2(int rows, int w, float[] x, int xo, float[] y, int yo) {
    if (!fitsPool(rows, w)) {
      super.maxPool2x2(rows, w, x, xo, y, yo);
      return;
    }
    long begun = trials.begin(POOL);
    if (begun >= 0) {
      VectorPool.forward(rows, w, x, xo, y, yo);
    } else {
      super.maxPool2x2(rows, w, x, xo, y, yo);
    }
    trials.end(POOL, begun, 2L * rows * w);
  }

  @Override
  public void maxPool2x2Grad(
      int rows, int w, float[] x, int xo, float[] dy, int dyo, float[] dx, int dxo) {
    if (!fitsPool(rows, w)) {
      super.maxPool2x2Grad(rows, w, x, xo, dy, dyo, dx, dxo);
      return;
    }
    long begun = trials.begin(POOL_GRAD);
    if (begun >= 0) {
      VectorPool.grad(rows, w, x, xo, dy, dyo, dx, dxo);
    } else {
      super.maxPool2x2Grad(rows, w, x, xo, dy, dyo, dx, dxo);
    }
    trials.end(POOL_GRAD, begun, 2L * rows * w);
  }

  /** Whether whole vectors of a row make pairs. */
  private static boolean fitsPool(int rows, int w) {
    return w % L == 0 && rows * (w / L) % 2 == 0;
  }

  /** Made when they are needed: it takes a while. */
  private static final class Winograd {
    static final @Nullable WinogradKernels KERNELS =
        VectorWinograd.fits() ? new VectorWinograd() : null;
  }

  private static long work(Planes x, Planes y) {
    return 9L * x.images() * x.size() * x.channels() * y.channels();
  }
}
