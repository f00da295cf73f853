package dev.tern.device.cpu;

import dev.tern.device.BinaryOp;
import dev.tern.device.UnaryOp;
import org.jspecify.annotations.Nullable;

/**
 * The seam between what a kernel computes and how: plain loops, or the vector instructions of
 * {@code jdk.incubator.vector}. Every method runs on the calling thread, on dense row-major FLOAT32
 * arrays; an {@code ..o} is where an operand begins in its array. A result may be the same array as
 * an operand in the pointwise ones. What an element becomes does not depend on where in the array
 * it stands.
 */
public interface Simd {
  /** What this machine and this JVM's options allow; chosen once. */
  static Simd get() {
    return Kernels.SIMD;
  }

  /** The kernels that these become once the JVM has compiled them, with the same results. */
  default Simd compiled() {
    return this;
  }

  /** {@code y = op(x)}; false if there is no loop of its own for op. */
  boolean unary(UnaryOp op, float p, float q, float[] x, int xo, float[] y, int yo, int n);

  /**
   * {@code dx = op'(x) dy}; false if there is no loop of its own for op.
   *
   * @param z x or y, whichever {@link UnaryOp} says that the derivative reads; any array if it
   *     reads none
   */
  boolean unaryGrad(
      UnaryOp op,
      float p,
      float q,
      float[] z,
      int zo,
      float[] dy,
      int dyo,
      float[] dx,
      int dxo,
      int n);

  /**
   * {@code out = op(a, b)}; false if there is no loop of its own for op.
   *
   * @param as 1 if a is a vector, 0 if it is one number
   * @param bs likewise
   */
  boolean binary(
      BinaryOp op,
      float[] a,
      int ao,
      int as,
      float[] b,
      int bo,
      int bs,
      float[] out,
      int oo,
      int n);

  /** {@code out = scale x + shift}, rounded once. */
  void affine(float[] x, int xo, float scale, float shift, float[] out, int oo, int n);

  /** The sum. */
  default double sum(float[] x, int xo, int n) {
    return sum(x, xo, 1, 0, n);
  }

  /** The sum of rows of n elements that begin {@code step} apart. */
  double sum(float[] x, int xo, int rows, int step, int n);

  /**
   * Over rows of n elements that begin {@code step} apart, the sum of (x - center)² to {@code
   * out[oo]}, and that of x - center to {@code out[oo + 1]}.
   */
  void sumsOfSquares(
      float[] x, int xo, float center, int rows, int step, int n, double[] out, int oo);

  /** The sum of y (x - center). */
  default double sumOfProducts(float[] x, int xo, float center, float[] y, int yo, int n) {
    double[] sums = new double[2];
    sumsOfProducts(x, xo, center, y, yo, 1, 0, n, sums, 0);
    return sums[0];
  }

  /**
   * Over rows of n elements that begin {@code step} apart, the sum of y (x - center) to {@code
   * out[oo]}, and {@link #sum} of y to {@code out[oo + 1]}.
   */
  void sumsOfProducts(
      float[] x,
      int xo,
      float center,
      float[] y,
      int yo,
      int rows,
      int step,
      int n,
      double[] out,
      int oo);

  /**
   * The products of the rows of a matrix, {@code x: [rows, n]}, with a vector y, each to {@code
   * out[oo + step r]}, or added there.
   */
  void rowProducts(
      int rows,
      int n,
      float[] x,
      int xo,
      float[] y,
      int yo,
      float[] out,
      int oo,
      int step,
      boolean accumulate);

  /** The largest; NaN if there is one. */
  float max(float[] x, int xo, int n);

  /** The smallest; NaN if there is one. */
  float min(float[] x, int xo, int n);

  /** {@code dx = scale (dy - shift - slope (x - center))}: batch normalisation backwards. */
  void normGrad(
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
      int n);

  /**
   * {@code c = op(a) op(b)} (added to c if asked), op(a): [m, k], op(b): [k, n]; ta and tb say that
   * an operand is stored transposed; ld is the distance between rows as stored.
   */
  void gemm(
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
      boolean accumulate);

  /**
   * 3x3 convolution with stride 1 and padding 1, of c channels x to k channels y.
   *
   * @param weight [⌈k/8⌉, c, 9, 8]: the 8 output channels of a block beside each other, zeros
   *     beyond k
   * @param bias [⌈k/8⌉ 8], zeros where there is none
   */
  void conv3x3(Planes x, float[] weight, float[] bias, Planes y);

  /**
   * The gradient of {@link #conv3x3} for its weight, summed over the images.
   *
   * @param dw [k, c, 3, 3]
   */
  void conv3x3WeightGrad(Planes x, Planes dy, float[] dw, int dwo);

  /** How many partial sums the vector kernels keep side by side. */
  int lanes();

  /** Whether so few channels are not to be lanes of {@link #conv3x3WeightGrad}. */
  static boolean isFew(int channels, int lanes) {
    return 5 * channels < 2 * lanes;
  }

  /** Kernels on activations in blocks of channels; null if there are none. */
  default @Nullable BlockKernels blocks() {
    return null;
  }

  /** The steps of a convolution by Winograd's algorithm; null if there are none. */
  default @Nullable WinogradKernels winograd() {
    return null;
  }

  /** The largest of each 2x2 window: x [rows 2, w] to y [rows, w/2], w even. */
  void maxPool2x2(int rows, int w, float[] x, int xo, float[] y, int yo);

  /**
   * The gradient of {@link #maxPool2x2}: dy goes to the first largest of its window, 0 to the
   * others.
   */
  void maxPool2x2Grad(int rows, int w, float[] x, int xo, float[] dy, int dyo, float[] dx, int dxo);
}
