package dev.tern.device.cpu;

/**
 * FLOAT32 kernels on one block of an activation: L channels of an image, {@code [positions, L]}.
 * What is a number a channel has L neighbours. Every method runs on the calling thread.
 */
public interface BlockKernels {
  /** L, the lanes of a vector. */
  int lanes();

  /** From L planes, {@code [L, positions]}. */
  void pack(int positions, float[] x, int xo, float[] block, int at);

  /** To L planes, {@code [L, positions]}. */
  void unpack(int positions, float[] block, int at, float[] y, int yo);

  /** The sums of the channels. */
  void sums(int positions, float[] x, int xo, double[] sums, int at);

  /**
   * The means of the channels and the sums of (x - mean)².
   *
   * @param means written from {@code at} on
   * @param squares likewise
   */
  void moments(int positions, float[] x, int xo, double[] means, double[] squares, int at);

  /**
   * The sums of g and of g (x - center) of the channels. g is dy where {@code scale x + shift} is
   * above the floor, or everywhere where that is NaN.
   */
  void gradSums(
      int positions,
      float[] x,
      int xo,
      float[] center,
      int co,
      float[] dy,
      int dyo,
      float[] scale,
      float[] shift,
      int so,
      float floor,
      double[] sums,
      double[] products,
      int at);

  /**
   * {@code y = max(scale x + shift, floor)}, the sum rounded once, with a scale and a shift a
   * channel.
   */
  void rectified(
      int positions,
      float[] x,
      int xo,
      float[] scale,
      float[] shift,
      int so,
      float floor,
      float[] y,
      int yo);

  /** {@code y = max(scale x + shift, floor) + z}. */
  void rectifiedSum(
      int positions,
      float[] x,
      int xo,
      float[] scale,
      float[] shift,
      int so,
      float floor,
      float[] z,
      int zo,
      float[] y,
      int yo);

  /** {@code y = x b}, with a number a channel. */
  void mul(int positions, float[] x, int xo, float[] b, int bo, float[] y, int yo);

  /** {@code y = x + b}, with a number a channel. */
  void add(int positions, float[] x, int xo, float[] b, int bo, float[] y, int yo);

  /**
   * {@code dx = factor (g - mean + slope (x - center))}: batch normalisation backwards, with g as
   * in {@link #gradSums}.
   *
   * @param factors from {@code at} on L means, L slopes and L factors
   */
  void normGrad(
      int positions,
      float[] x,
      int xo,
      float[] center,
      int co,
      float[] dy,
      int dyo,
      float[] scale,
      float[] shift,
      int so,
      float floor,
      float[] factors,
      int at,
      float[] dx,
      int dxo);

  /** The largest {@code scale x + shift} of each 2x2 window, of even height h and width w. */
  void maxPool2x2(
      int h, int w, float[] x, int xo, float[] scale, float[] shift, int so, float[] y, int yo);

  /** Its gradient: dy goes to the first largest of its window, 0 to the others. */
  void maxPool2x2Grad(
      int h,
      int w,
      float[] x,
      int xo,
      float[] scale,
      float[] shift,
      int so,
      float[] dy,
      int dyo,
      float[] dx,
      int dxo);

  /** The least width of {@link #conv3x3}. */
  int leastWidth();

  /**
   * A 3x3 convolution with padding 1 of one image, c planes in the plain order, to k channels in
   * blocks.
   *
   * @param weight {@code [k / L, c, 9, L]}
   * @param bias k numbers
   */
  void conv3x3(
      int c,
      int h,
      int w,
      int k,
      float[] x,
      int xo,
      float[] weight,
      float[] bias,
      float[] y,
      int yo);

  /** Adds what it gives for its weight's gradient to {@code sums}, which lie as the weight does. */
  void conv3x3WeightGrad(
      int c, int h, int w, int k, float[] x, int xo, float[] dy, int dyo, float[] sums, int so);
}
