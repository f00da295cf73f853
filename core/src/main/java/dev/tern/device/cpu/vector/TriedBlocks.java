package dev.tern.device.cpu.vector;

import dev.tern.device.cpu.ScalarBlocks;

/** Kernels on blocks of which those with plain loops of the same bits begin with these. */
final class TriedBlocks extends VectorBlocks {
  private static final int PACK = 0;
  private static final int UNPACK = 1;
  private static final int SUMS = 2;
  private static final int POOL = 3;
  private static final int POOL_GRAD = 4;
  private static final int CONV = 5;
  private static final int CONV_WEIGHT = 6;

  /** How many there are. */
  static final int KERNELS = 7;

  private final Trials trials;
  private final int first;
  private final ScalarBlocks plain;

  /**
   * Tried together with other kernels.
   *
   * @param first the number of the first one among them
   */
  TriedBlocks(Trials trials, int first) {
    this.trials = trials;
    this.first = first;
    plain = new ScalarBlocks(lanes());
  }

  @Override
  public void pack(int positions, float[] x, int xo, float[] block, int at) {
    long begun = trials.begin(first + PACK);
    if (begun >= 0) {
      super.pack(positions, x, xo, block, at);
    } else {
      plain.pack(positions, x, xo, block, at);
    }
    trials.end(first + PACK, begun, (long) positions * lanes());
  }

  @Override
  public void unpack(int positions, float[] block, int at, float[] y, int yo) {
    long begun = trials.begin(first + UNPACK);
    if (begun >= 0) {
      super.unpack(positions, block, at, y, yo);
    } else {
      plain.unpack(positions, block, at, y, yo);
    }
    trials.end(first + UNPACK, begun, (long) positions * lanes());
  }

  @Override
  public void sums(int positions, float[] x, int xo, double[] sums, int at) {
    long begun = trials.begin(first + SUMS);
    if (begun >= 0) {
      super.sums(positions, x, xo, sums, at);
    } else {
      plain.sums(positions, x, xo, sums, at);
    }
    trials.end(first + SUMS, begun, (long) positions * lanes());
  }

  @Override
  public void maxPool2x2(
      int h, int w, float[] x, int xo, float[] scale, float[] shift, int so, float[] y, int yo) {
    long begun = trials.begin(first + POOL);
    if (begun >= 0) {
      super.maxPool2x2(h, w, x, xo, scale, shift, so, y, yo);
    } else {
      plain.maxPool2x2(h, w, x, xo, scale, shift, so, y, yo);
    }
    trials.end(first + POOL, begun, (long) h * w * lanes());
  }

  @Override
  public void maxPool2x2Grad(
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
      int dxo) {
    long begun = trials.begin(first + POOL_GRAD);
    if (begun >= 0) {
      super.maxPool2x2Grad(h, w, x, xo, scale, shift, so, dy, dyo, dx, dxo);
    } else {
      plain.maxPool2x2Grad(h, w, x, xo, scale, shift, so, dy, dyo, dx, dxo);
    }
    trials.end(first + POOL_GRAD, begun, (long) h * w * lanes());
  }

  @Override
  public void conv3x3(
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
    long begun = trials.begin(first + CONV);
    if (begun >= 0) {
      super.conv3x3(c, h, w, k, x, xo, weight, bias, y, yo);
    } else {
      plain.conv3x3(c, h, w, k, x, xo, weight, bias, y, yo);
    }
    trials.end(first + CONV, begun, 9L * c * h * w * k);
  }

  @Override
  public void conv3x3WeightGrad(
      int c, int h, int w, int k, float[] x, int xo, float[] dy, int dyo, float[] sums, int so) {
    long begun = trials.begin(first + CONV_WEIGHT);
    if (begun >= 0) {
      super.conv3x3WeightGrad(c, h, w, k, x, xo, dy, dyo, sums, so);
    } else {
      plain.conv3x3WeightGrad(c, h, w, k, x, xo, dy, dyo, sums, so);
    }
    trials.end(first + CONV_WEIGHT, begun, 9L * c * h * w * k);
  }
}
