package dev.tern.device.cpu;

import java.util.Arrays;

/**
 * {@link BlockKernels} as plain loops, for those with which a program may begin. The order of each
 * sum is that of the vector kernels, so both give the same bits.
 */
public final class ScalarBlocks {
  /** The positions that are summed in float. */
  private static final int PIECE = 256;

  private static final int TERMS = 4;

  private final int lanes;

  /** For blocks of so many channels. */
  public ScalarBlocks(int lanes) {
    this.lanes = lanes;
  }

  /** {@link BlockKernels#pack}. */
  public void pack(int positions, float[] x, int xo, float[] block, int at) {
    for (int lane = 0; lane < lanes; lane++) {
      scatter(positions, x, xo + lane * positions, block, at + lane);
    }
  }

  private void scatter(int positions, float[] plane, int from, float[] block, int at) {
    for (int p = 0; p < positions; p++) {
      block[at + p * lanes] = plane[from + p];
    }
  }

  /** {@link BlockKernels#unpack}. */
  public void unpack(int positions, float[] block, int at, float[] y, int yo) {
    for (int lane = 0; lane < lanes; lane++) {
      gather(positions, block, at + lane, y, yo + lane * positions);
    }
  }

  private void gather(int positions, float[] block, int at, float[] plane, int to) {
    for (int p = 0; p < positions; p++) {
      plane[to + p] = block[at + p * lanes];
    }
  }

  /** {@link BlockKernels#sums}. */
  public void sums(int positions, float[] x, int xo, double[] sums, int at) {
    float[] piece = new float[2 * lanes]; // of even and of odd positions
    for (int p = 0; p < positions; p += PIECE) {
      Arrays.fill(piece, 0);
      int end = Math.min(positions, p + PIECE) * lanes;
      for (int i = p * lanes; i < end; i += 2 * lanes) {
        add(x, xo + i, Math.min(2 * lanes, end - i), piece);
      }
      for (int i = 0; i < lanes; i++) {
        sums[at + i] = (p == 0 ? 0 : sums[at + i]) + (piece[i] + piece[lanes + i]);
      }
    }
  }

  private static void add(float[] x, int xo, int n, float[] sums) {
    for (int i = 0; i < n; i++) {
      sums[i] += x[xo + i];
    }
  }

  /** {@link BlockKernels#maxPool2x2}. */
  public void maxPool2x2(
      int h, int w, float[] x, int xo, float[] scale, float[] shift, int so, float[] y, int yo) {
    int below = w * lanes;
    for (int i = 0; i < h / 2 * (w / 2); i++) {
      int at = xo + (i / (w / 2) * 2 * w + i % (w / 2) * 2) * lanes;
      window(x, at, below, scale, shift, so, y, yo + i * lanes);
    }
  }

  private void window(
      float[] x, int xo, int below, float[] scale, float[] shift, int so, float[] y, int yo) {
    for (int i = 0; i < lanes; i++) {
      float by = scale[so + i];
      float plus = shift[so + i];
      float up = Math.max(Math.fma(x[xo + i], by, plus), Math.fma(x[xo + lanes + i], by, plus));
      float low =
          Math.max(
              Math.fma(x[xo + below + i], by, plus), Math.fma(x[xo + below + lanes + i], by, plus));
      y[yo + i] = Math.max(up, low);
    }
  }

  /** {@link BlockKernels#maxPool2x2Grad}. */
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
    int below = w * lanes;
    Arrays.fill(dx, dxo, dxo + h * w * lanes, 0);
    for (int i = 0; i < h / 2 * (w / 2); i++) {
      int at = (i / (w / 2) * 2 * w + i % (w / 2) * 2) * lanes;
      windowGrad(x, xo + at, below, scale, shift, so, dy, dyo + i * lanes, dx, dxo + at);
    }
  }

  private void windowGrad(
      float[] x,
      int xo,
      int below,
      float[] scale,
      float[] shift,
      int so,
      float[] dy,
      int dyo,
      float[] dx,
      int dxo) {
    for (int i = 0; i < lanes; i++) {
      float by = scale[so + i];
      float plus = shift[so + i];
      float a = Math.fma(x[xo + i], by, plus);
      float b = Math.fma(x[xo + lanes + i], by, plus);
      float c = Math.fma(x[xo + below + i], by, plus);
      float d = Math.fma(x[xo + below + lanes + i], by, plus);
      boolean right = isLarger(b, a);
      boolean lowRight = isLarger(d, c);
      boolean low = isLarger(lowRight ? d : c, right ? b : a);
      int at = low ? below : 0;
      dx[dxo + at + ((low ? lowRight : right) ? lanes : 0) + i] = dy[dyo + i];
    }
  }

  /** NaN is larger than all numbers. */
  private static boolean isLarger(float x, float than) {
    return x > than || Float.isNaN(x) && !Float.isNaN(than);
  }

  /** {@link BlockKernels#conv3x3}. */
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
    int taps = 9 * c;
    int flat = h * w;
    float[] sum = Scratch.floats(Scratch.RESULT, flat);
    float[] factors = ScalarConv3x3.factors(c);
    float[][] shifted = ScalarConv3x3.shifted(c, h, w, x, xo);
    for (int o = 0; o < k; o++) {
      int block = o / lanes * lanes;
      for (int l = 0; l < taps; l++) {
        factors[l] = weight[block * taps + l * lanes + o % lanes];
      }
      ScalarConv3x3.add(shifted, factors, bias[o], sum, flat);
      scatter(flat, sum, 0, y, yo + block * flat + o % lanes);
    }
  }

  /** {@link BlockKernels#conv3x3WeightGrad}. */
  public void conv3x3WeightGrad(
      int c, int h, int w, int k, float[] x, int xo, float[] dy, int dyo, float[] sums, int so) {
    int taps = 9 * c;
    int flat = h * w;
    float[][] shifted = ScalarConv3x3.shifted(c, h, w, x, xo);
    for (int block = 0; block < k; block += lanes) {
      for (int l = 0; l < taps; l++) {
        int to = so + block * taps + l * lanes;
        int p = 0;
        for (; p <= flat - TERMS; p += TERMS) {
          addFour(shifted[l], p, dy, dyo + block * flat + p * lanes, sums, to);
        }
        for (; p < flat; p++) {
          addOne(shifted[l][p], dy, dyo + block * flat + p * lanes, sums, to);
        }
      }
    }
  }

  /** Four positions' dy, each times its x, in their order. */
  private void addFour(float[] x, int p, float[] dy, int at, float[] sums, int so) {
    float x0 = x[p];
    float x1 = x[p + 1];
    float x2 = x[p + 2];
    float x3 = x[p + 3];
    for (int i = 0; i < lanes; i++) {
      float sum = Math.fma(x0, dy[at + i], sums[so + i]);
      sum = Math.fma(x1, dy[at + lanes + i], sum);
      sum = Math.fma(x2, dy[at + 2 * lanes + i], sum);
      sums[so + i] = Math.fma(x3, dy[at + 3 * lanes + i], sum);
    }
  }

  private void addOne(float x, float[] dy, int at, float[] sums, int so) {
    for (int i = 0; i < lanes; i++) {
      sums[so + i] = Math.fma(x, dy[at + i], sums[so + i]);
    }
  }
}
