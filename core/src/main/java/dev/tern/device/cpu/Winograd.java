package dev.tern.device.cpu;

import dev.tern.device.BinaryOp;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * FLOAT32 3x3 convolutions with stride 1 and padding 1 by {@link WinogradKernels}, in blocks of
 * tiles: a block's transformed operands stay in the second cache.
 *
 * <p>Tiles and blocks depend on the shape alone, and each sum has one order, so results have the
 * same bits on any number of threads.
 */
final class Winograd {
  /** The tiles of a block, about: more if the products then have fewer to fill up. */
  private static final int TILES = 32;

  /** With fewer channels the transforms cost more than they save. */
  private static final int CHANNELS = 16;

  /** Input by output channels, of which 36 are kept. */
  private static final int WEIGHTS = 1 << 22;

  /** The elements of a row of all channels, of which 9 are kept for each thread. */
  private static final int ROW = 1 << 22;

  /** The partial sums of a weight's gradient, each over some blocks. */
  private static final int SUMS = 8;

  private Winograd() {}

  /**
   * The kernels; null where a direct convolution is faster, where the transformed operands would
   * take hundreds of megabytes, or when Winograd's is switched off.
   */
  static @Nullable WinogradKernels kernels(int c, int w, int k) {
    boolean pays = c >= CHANNELS && k >= CHANNELS;
    boolean small = (long) c * k <= WEIGHTS && (long) w * Math.max(c, k) <= ROW;
    return pays && small && !"off".equals(System.getProperty("tern.winograd"))
        ? Simd.get().winograd()
        : null;
  }

  static void forward(
      WinogradKernels kernels,
      int n,
      int c,
      int h,
      int w,
      int k,
      float[] x,
      int xo,
      float[] weight,
      int wo,
      float @Nullable [] bias,
      int bo,
      float[] y,
      int yo) {
    float[] u = BufferPool.floats(weightSize(kernels, c, k));
    transform(kernels, c, k, weight, wo, false, u);
    run(kernels, n, c, h, w, k, x, xo, u, bias(kernels, k, bias, bo), y, yo, false, false);
    BufferPool.give(u);
  }

  /** k numbers, zeros where there are none, padded as the kernels want them. */
  static float[] bias(WinogradKernels kernels, int k, float @Nullable [] bias, int bo) {
    float[] biases = new float[kernels.padded(k)];
    if (bias != null) {
      System.arraycopy(bias, bo, biases, 0, k);
    }
    return biases;
  }

  /** The same convolution of dy, with channels exchanged and the kernel turned round. */
  static void inputGrad(
      WinogradKernels kernels,
      int n,
      int c,
      int h,
      int w,
      int k,
      float[] weight,
      int wo,
      float[] dy,
      int dyo,
      float[] dx,
      int dxo) {
    float[] u = BufferPool.floats(weightSize(kernels, c, k));
    transform(kernels, c, k, weight, wo, true, u);
    run(kernels, n, k, h, w, c, dy, dyo, u, bias(kernels, c, null, 0), dx, dxo, false, false);
    BufferPool.give(u);
  }

  /** How many elements a transformed weight has, in either direction. */
  static int weightSize(WinogradKernels kernels, int c, int k) {
    return matrices(kernels.padded(c) * kernels.padded(k));
  }

  /** Transforms a weight {@code [K, C, 3, 3]}, turned for the gradient of the input. */
  static void transform(
      WinogradKernels kernels, int c, int k, float[] weight, int wo, boolean turned, float[] u) {
    if (turned) {
      kernels.weight(k, c, weight, wo, 9 * c, 9, true, u);
    } else {
      kernels.weight(c, k, weight, wo, 9, 9 * c, false, u);
    }
  }

  private static int matrices(int elements) {
    return WinogradKernels.PRODUCTS * WinogradKernels.stride(elements);
  }

  /**
   * The convolution of x with a transformed weight.
   *
   * @param blocked whether x and y are {@link Blocked}
   * @param add whether to add to what is in a blocked y, which a block has to be {@linkplain
   *     #takesImages whole images} for
   */
  static void run(
      WinogradKernels kernels,
      int n,
      int c,
      int h,
      int w,
      int k,
      float[] x,
      int xo,
      float[] u,
      float[] bias,
      float[] y,
      int yo,
      boolean blocked,
      boolean add) {
    var blocks = new Blocks(n, h, w);
    Team.run(
        blocks.count(),
        block -> {
          Tiles tiles = blocks.tiles(block);
          int image = blocks.firstImage(block);
          float[] v = scratch(Scratch.TRANSPOSED, tiles, kernels.padded(c));
          float[] m = scratch(Scratch.RESULT, tiles, kernels.padded(k));
          int from = xo + image * c * h * w;
          int to = yo + image * k * h * w;
          if (blocked) {
            kernels.inputBlocks(tiles, c, x, from, v);
          } else {
            kernels.input(tiles, c, x, from, v);
          }
          kernels.product(tiles.count(), c, k, v, u, m);
          if (add) {
            int size = tiles.images() * k * h * w;
            float[] part = Scratch.floats(Scratch.SUMMAND, size);
            kernels.outputBlocks(tiles, k, m, bias, part, 0);
            Simd.get().binary(BinaryOp.ADD, y, to, 1, part, 0, 1, y, to, size);
          } else if (blocked) {
            kernels.outputBlocks(tiles, k, m, bias, y, to);
          } else {
            kernels.output(tiles, k, m, bias, y, to);
          }
        });
  }

  /** Whether a block of tiles is some whole images. */
  static boolean takesImages(int h, int w) {
    return new Blocks(1, h, w).bands == 1;
  }

  private static float[] scratch(int slot, Tiles tiles, int channels) {
    return Scratch.floats(slot, matrices(tiles.padded() * channels));
  }

  static void weightGrad(
      WinogradKernels kernels,
      int n,
      int c,
      int h,
      int w,
      int k,
      float[] x,
      int xo,
      float[] dy,
      int dyo,
      float[] dw,
      int dwo,
      boolean blocked) {
    var blocks = new Blocks(n, h, w);
    int perSum = (blocks.count() + SUMS - 1) / SUMS;
    int sums = (blocks.count() + perSum - 1) / perSum;
    int size = k * c * 9;
    float[] parts = BufferPool.floats(sums * size);
    int products = matrices(kernels.padded(k) * kernels.padded(c));
    Team.run(
        sums,
        part -> {
          float[] d = Scratch.floats(Scratch.WEIGHT, products);
          Arrays.fill(d, 0, products, 0);
          int end = Math.min(blocks.count(), (part + 1) * perSum);
          for (int block = part * perSum; block < end; block++) {
            Tiles tiles = blocks.tiles(block);
            int image = blocks.firstImage(block);
            float[] v = scratch(Scratch.TRANSPOSED, tiles, kernels.padded(c));
            float[] z = scratch(Scratch.RESULT, tiles, kernels.padded(k));
            int from = xo + image * c * h * w;
            int of = dyo + image * k * h * w;
            if (blocked) {
              kernels.inputBlocks(tiles, c, x, from, v);
              kernels.outputGradBlocks(tiles, k, dy, of, z);
            } else {
              kernels.input(tiles, c, x, from, v);
              kernels.outputGrad(tiles, k, dy, of, z);
            }
            kernels.outer(tiles.count(), k, c, z, v, d);
          }
          kernels.weightGrad(k, c, d, parts, part * size);
        });
    PartialSums.add(sums, size, parts, dw, dwo);
    BufferPool.give(parts);
  }

  /** Whole images where they are small, bands of rows of tiles of one image where not. */
  private static final class Blocks {
    private final int n;
    private final int h;
    private final int w;
    private final int images;
    private final int rows;
    private final int bands;

    Blocks(int n, int h, int w) {
      this.n = n;
      this.h = h;
      this.w = w;
      int down = Tiles.across(h);
      int across = Tiles.across(w);
      boolean small = down * across <= TILES;
      images = small ? units(n, down * across) : 1;
      rows = small ? down : units(down, across);
      bands = (down + rows - 1) / rows;
    }

    /** How many units of so many tiles make a block, of which the products fill up the least. */
    private static int units(int most, int tiles) {
      int best = Math.max(1, TILES / tiles);
      for (int units = best + 1; units <= most && units * tiles <= 2 * TILES; units++) {
        if (Tiles.padded(units * tiles) * best < Tiles.padded(best * tiles) * units) {
          best = units;
        }
      }
      return Math.min(most, best);
    }

    int count() {
      return (n + images - 1) / images * bands;
    }

    int firstImage(int block) {
      return block / bands * images;
    }

    Tiles tiles(int block) {
      int first = block % bands * rows;
      return new Tiles(
          h,
          w,
          Math.min(images, n - firstImage(block)),
          first,
          Math.min(rows, Tiles.across(h) - first));
    }
  }
}
