package dev.tern.device.cpu.vector;

import dev.tern.device.cpu.BlockKernels;
import dev.tern.device.cpu.Scratch;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Channels as lanes: no sum across lanes, no element left over. Sums of a channel are taken in
 * float over pieces of a plane that fit the first cache, of these in double.
 */
class VectorBlocks implements BlockKernels {
  private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
  private static final int L = S.length();

  /** The positions of a piece. */
  private static final int PIECE = 256;

  @Override
  public int lanes() {
    return L;
  }

  @Override
  public void pack(int positions, float[] x, int xo, float[] block, int at) {
    LaneTranspose.toLanes(positions, x, xo, block, at);
  }

  @Override
  public void unpack(int positions, float[] block, int at, float[] y, int yo) {
    LaneTranspose.toPlanes(positions, block, at, y, yo);
  }

  @Override
  public void sums(int positions, float[] x, int xo, double[] sums, int at) {
    float[] piece = Scratch.floats(Scratch.POINTWISE, L);
    for (int p = 0; p < positions; p += PIECE) {
      sum(Math.min(PIECE, positions - p), x, xo + p * L, piece);
      for (int i = 0; i < L; i++) {
        sums[at + i] = (p == 0 ? 0 : sums[at + i]) + piece[i];
      }
    }
  }

  @Override
  public void moments(int positions, float[] x, int xo, double[] means, double[] squares, int at) {
    float[] piece = Scratch.floats(Scratch.POINTWISE, 3 * L);
    double[] mean = new double[L];
    double[] square = new double[L];
    for (int p = 0; p < positions; p += PIECE) {
      int count = Math.min(PIECE, positions - p);
      sum(count, x, xo + p * L, piece);
      spread(count, x, xo + p * L, piece);
      for (int i = 0; i < L; i++) {
        double rest = piece[L + i] / (double) count; // what the mean rounded to a float left out
        double own = piece[2 * L + i] - rest * rest * count;
        // The moments of two parts give those of both (Chan, Golub and LeVeque 1979).
        double off = piece[i] + rest - mean[i];
        double share = (double) count / (p + count);
        mean[i] += off * share;
        square[i] += own + off * off * share * p;
      }
    }
    System.arraycopy(mean, 0, means, at, L);
    System.arraycopy(square, 0, squares, at, L);
  }

  @Override
  public void gradSums(
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
      int at) {
    float[] piece = Scratch.floats(Scratch.POINTWISE, 2 * L);
    for (int p = 0; p < positions; p += PIECE) {
      int count = Math.min(PIECE, positions - p);
      int from = p * L;
      products(count, x, xo + from, center, co, dy, dyo + from, scale, shift, so, floor, piece);
      for (int i = 0; i < L; i++) {
        sums[at + i] = (p == 0 ? 0 : sums[at + i]) + piece[i];
        products[at + i] = (p == 0 ? 0 : products[at + i]) + piece[L + i];
      }
    }
  }

  @Override
  public void rectified(
      int positions,
      float[] x,
      int xo,
      float[] scale,
      float[] shift,
      int so,
      float floor,
      float[] y,
      int yo) {
    FloatVector factor = FloatVector.fromArray(S, scale, so);
    FloatVector addend = FloatVector.fromArray(S, shift, so);
    FloatVector least = FloatVector.broadcast(S, floor);
    for (int i = 0; i < positions * L; i += L) {
      FloatVector.fromArray(S, x, xo + i).fma(factor, addend).max(least).intoArray(y, yo + i);
    }
  }

  @Override
  public void rectifiedSum(
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
      int yo) {
    FloatVector factor = FloatVector.fromArray(S, scale, so);
    FloatVector addend = FloatVector.fromArray(S, shift, so);
    FloatVector least = FloatVector.broadcast(S, floor);
    for (int i = 0; i < positions * L; i += L) {
      FloatVector.fromArray(S, x, xo + i)
          .fma(factor, addend)
          .max(least)
          .add(FloatVector.fromArray(S, z, zo + i))
          .intoArray(y, yo + i);
    }
  }

  @Override
  public void mul(int positions, float[] x, int xo, float[] b, int bo, float[] y, int yo) {
    FloatVector factor = FloatVector.fromArray(S, b, bo);
    for (int i = 0; i < positions * L; i += L) {
      FloatVector.fromArray(S, x, xo + i).mul(factor).intoArray(y, yo + i);
    }
  }

  @Override
  public void add(int positions, float[] x, int xo, float[] b, int bo, float[] y, int yo) {
    FloatVector addend = FloatVector.fromArray(S, b, bo);
    for (int i = 0; i < positions * L; i += L) {
      FloatVector.fromArray(S, x, xo + i).add(addend).intoArray(y, yo + i);
    }
  }

  @Override
  public void normGrad(
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
      int dxo) {
    FloatVector by = FloatVector.fromArray(S, scale, so);
    FloatVector addend = FloatVector.fromArray(S, shift, so);
    FloatVector least = FloatVector.broadcast(S, floor);
    FloatVector middle = FloatVector.fromArray(S, center, co);
    FloatVector mean = FloatVector.fromArray(S, factors, at);
    FloatVector slope = FloatVector.fromArray(S, factors, at + L);
    FloatVector factor = FloatVector.fromArray(S, factors, at + 2 * L);
    for (int i = 0; i < positions * L; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, xo + i);
      FloatVector g = FloatVector.fromArray(S, dy, dyo + i);
      g = g.blend(0, v.fma(by, addend).compare(VectorOperators.LE, least));
      v.sub(middle).fma(slope, g.sub(mean)).mul(factor).intoArray(dx, dxo + i);
    }
  }

  @Override
  public void maxPool2x2(
      int h, int w, float[] x, int xo, float[] scale, float[] shift, int so, float[] y, int yo) {
    for (int i = 0; i < h / 2; i++) {
      poolRow(w, x, xo + 2 * i * w * L, scale, shift, so, y, yo + i * (w / 2) * L);
    }
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
    for (int i = 0; i < h / 2; i++) {
      int at = 2 * i * w * L;
      poolRowGrad(w, x, xo + at, scale, shift, so, dy, dyo + i * (w / 2) * L, dx, dxo + at);
    }
  }

  @Override
  public int leastWidth() {
    return VectorConvFirst.WIDTH;
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
    VectorConvFirst.forward(c, h, w, k, x, xo, weight, bias, y, yo);
  }

  @Override
  public void conv3x3WeightGrad(
      int c, int h, int w, int k, float[] x, int xo, float[] dy, int dyo, float[] sums, int so) {
    VectorConvFirst.weightGrad(c, h, w, k, x, xo, dy, dyo, sums, so);
  }

  private static void sum(int count, float[] x, int xo, float[] out) {
    FloatVector even = FloatVector.zero(S);
    FloatVector odd = even;
    int end = count * L;
    int i = 0;
    for (; i < end - L; i += 2 * L) {
      even = even.add(FloatVector.fromArray(S, x, xo + i));
      odd = odd.add(FloatVector.fromArray(S, x, xo + i + L));
    }
    if (i < end) {
      even = even.add(FloatVector.fromArray(S, x, xo + i));
    }
    even.add(odd).intoArray(out, 0);
  }

  /** Makes sums means, and puts the sums of x - mean and of its square behind them. */
  private static void spread(int count, float[] x, int xo, float[] piece) {
    FloatVector mean = FloatVector.fromArray(S, piece, 0).mul(1f / count);
    FloatVector sum = FloatVector.zero(S);
    FloatVector squares = sum;
    for (int i = 0; i < count * L; i += L) {
      FloatVector off = FloatVector.fromArray(S, x, xo + i).sub(mean);
      sum = sum.add(off);
      squares = off.fma(off, squares);
    }
    mean.intoArray(piece, 0);
    sum.intoArray(piece, L);
    squares.intoArray(piece, 2 * L);
  }

  private static void products(
      int count,
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
      float[] piece) {
    FloatVector factor = FloatVector.fromArray(S, scale, so);
    FloatVector addend = FloatVector.fromArray(S, shift, so);
    FloatVector least = FloatVector.broadcast(S, floor);
    FloatVector mean = FloatVector.fromArray(S, center, co);
    FloatVector sum = FloatVector.zero(S);
    FloatVector products = sum;
    for (int i = 0; i < count * L; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, xo + i);
      FloatVector g = FloatVector.fromArray(S, dy, dyo + i);
      g = g.blend(0, v.fma(factor, addend).compare(VectorOperators.LE, least));
      sum = sum.add(g);
      products = v.sub(mean).fma(g, products);
    }
    sum.intoArray(piece, 0);
    products.intoArray(piece, L);
  }

  private static void poolRow(
      int w, float[] x, int xo, float[] scale, float[] shift, int so, float[] y, int yo) {
    FloatVector factor = FloatVector.fromArray(S, scale, so);
    FloatVector addend = FloatVector.fromArray(S, shift, so);
    int below = w * L;
    for (int j = 0; j < w / 2; j++) {
      int at = xo + 2 * j * L;
      FloatVector a = FloatVector.fromArray(S, x, at).fma(factor, addend);
      FloatVector b = FloatVector.fromArray(S, x, at + L).fma(factor, addend);
      FloatVector c = FloatVector.fromArray(S, x, at + below).fma(factor, addend);
      FloatVector d = FloatVector.fromArray(S, x, at + below + L).fma(factor, addend);
      a.max(b).max(c.max(d)).intoArray(y, yo + j * L);
    }
  }

  /** What is left of dy goes to each of a window in turn that is the largest. */
  private static void poolRowGrad(
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
    FloatVector factor = FloatVector.fromArray(S, scale, so);
    FloatVector addend = FloatVector.fromArray(S, shift, so);
    FloatVector zero = FloatVector.zero(S);
    int below = w * L;
    for (int j = 0; j < w / 2; j++) {
      int at = 2 * j * L;
      FloatVector a = FloatVector.fromArray(S, x, xo + at).fma(factor, addend);
      FloatVector b = FloatVector.fromArray(S, x, xo + at + L).fma(factor, addend);
      FloatVector c = FloatVector.fromArray(S, x, xo + at + below).fma(factor, addend);
      FloatVector d = FloatVector.fromArray(S, x, xo + at + below + L).fma(factor, addend);
      FloatVector largest = a.max(b).max(c.max(d));
      FloatVector g = FloatVector.fromArray(S, dy, dyo + j * L);
      FloatVector ga = zero.blend(g, a.compare(VectorOperators.EQ, largest));
      g = g.blend(zero, a.compare(VectorOperators.EQ, largest));
      FloatVector gb = zero.blend(g, b.compare(VectorOperators.EQ, largest));
      g = g.blend(zero, b.compare(VectorOperators.EQ, largest));
      FloatVector gc = zero.blend(g, c.compare(VectorOperators.EQ, largest));
      g = g.blend(zero, c.compare(VectorOperators.EQ, largest));
      FloatVector gd = zero.blend(g, d.compare(VectorOperators.EQ, largest));
      ga.intoArray(dx, dxo + at);
      gb.intoArray(dx, dxo + at + L);
      gc.intoArray(dx, dxo + at + below);
      gd.intoArray(dx, dxo + at + below + L);
      if (largest.compare(VectorOperators.NE, largest).anyTrue()) {
        withNaN(x, xo + at, below, scale, shift, so, dy, dyo + j * L, dx, dxo + at);
      }
    }
  }

  /** Windows with a NaN: the first one is the largest. */
  private static void withNaN(
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
    int[] steps = {0, L, below, below + L};
    for (int i = 0; i < L; i++) {
      int best = -1;
      for (int step : steps) {
        if (best < 0 && isNaN(x[xo + i + step], scale[so + i], shift[so + i])) {
          best = step;
        }
      }
      for (int step : steps) {
        if (best >= 0) {
          dx[dxo + i + step] = step == best ? dy[dyo + i] : 0;
        }
      }
    }
  }

  private static boolean isNaN(float x, float scale, float shift) {
    return Float.isNaN(Math.fma(x, scale, shift));
  }
}
