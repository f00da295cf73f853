package dev.tern.device.cpu;

import dev.tern.device.BinaryOp;
import java.util.Arrays;
import java.util.Objects;
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

  // What the steps take, measured, in Conv3x3's units.

  /** To transform a plane. */
  private static final double TRANSFORM = 5.5;

  /** The products of one plane for one. */
  private static final double PRODUCT = 0.4;

  private static final double TRANSFORM_OF_GRAD = 3;
  private static final double PRODUCT_OF_GRAD = 0.72;

  /** Input by output channels, of which 36 are kept. */
  private static final int WEIGHTS = 1 << 22;

  /** The elements of a row of all channels, of which 9 are kept for each thread. */
  private static final int ROW = 1 << 22;

  /** The partial sums of a weight's gradient, each over some blocks. */
  private static final int SUMS = 8;

  private Winograd() {}

  /**
   * The kernels for activations in {@linkplain Blocked blocks}; null where a direct convolution is
   * faster, where the transformed operands would take hundreds of megabytes, or when Winograd's is
   * switched off.
   */
  static @Nullable WinogradKernels kernels(int c, int w, int k) {
    boolean pays = c >= CHANNELS && k >= CHANNELS;
    boolean small = (long) c * k <= WEIGHTS && (long) w * Math.max(c, k) <= ROW;
    return pays && small && !"off".equals(System.getProperty("tern.winograd"))
        ? Simd.get().winograd()
        : null;
  }

  /**
   * How many of k output channels of an activation in the plain order are computed the faster in
   * this way: none, those that fill whole vectors, or all. The others are left to a direct
   * convolution.
   */
  static int outChannels(int c, int w, int k) {
    WinogradKernels kernels = kernels(c, w, k);
    if (kernels == null) {
      return 0;
    }
    int best = 0;
    double least = Conv3x3.directCost(c, k);
    for (int part : new int[] {k / kernels.lanes() * kernels.lanes(), k}) {
      int padded = kernels.padded(part);
      double time =
          TRANSFORM * (kernels.padded(c) + padded)
              + PRODUCT * c * padded
              + Conv3x3.directCost(c, k - part);
      if (time < least) {
        best = part;
        least = time;
      }
    }
    return best;
  }

  /** The first c input and k output channels. */
  record Part(int c, int k) {}

  /** Whose weight's gradient is computed the faster in this way, likewise. */
  static Part weightPart(int c, int w, int k) {
    var best = new Part(0, 0);
    WinogradKernels kernels = kernels(c, w, k);
    if (kernels == null) {
      return best;
    }
    int lanes = kernels.lanes();
    double least = Conv3x3.directGradCost(c, k);
    for (int ofC : new int[] {c / lanes * lanes, c}) {
      for (int ofK : new int[] {k / lanes * lanes, k}) {
        int paddedC = kernels.padded(ofC);
        double time =
            TRANSFORM_OF_GRAD * (paddedC + kernels.padded(ofK))
                + PRODUCT_OF_GRAD * paddedC * Conv3x3.roundUp(ofK, Conv3x3.BLOCK)
                + Conv3x3.directGradCost(c - ofC, ofK)
                + Conv3x3.directGradCost(c, k - ofK);
        if (time < least) {
          best = new Part(ofC, ofK);
          least = time;
        }
      }
    }
    return best;
  }

  /** The convolution of x, or of so many of its output channels as y has. */
  static void convolve(Planes x, Taps taps, float @Nullable [] bias, int bo, Planes y) {
    WinogradKernels kernels = Objects.requireNonNull(Simd.get().winograd());
    int c = x.channels();
    int k = y.channels();
    float[] u = BufferPool.floats(weightSize(kernels, c, k));
    kernels.weight(c, k, taps, u);
    float[] biases = bias(kernels, k, bias, bo);
    Input input = (tiles, image, v) -> kernels.input(tiles, x.images(image, tiles.images()), v);
    Output output =
        (tiles, image, m) -> kernels.output(tiles, m, biases, y.images(image, tiles.images()));
    run(kernels, new Blocks(x.images(), x.h(), x.w()), c, k, input, u, output);
    BufferPool.give(u);
  }

  /**
   * The same of activations that are {@link Blocked}, and of a transformed weight.
   *
   * @param add whether to add to what is in y, which a block has to be {@linkplain #takesImages
   *     whole images} for
   */
  static void convolveBlocks(
      WinogradKernels kernels,
      int n,
      int c,
      int h,
      int w,
      int k,
      float[] x,
      float[] u,
      float[] bias,
      float[] y,
      boolean add) {
    Input input = (tiles, image, v) -> kernels.inputBlocks(tiles, c, x, image * c * h * w, v);
    Output output =
        (tiles, image, m) -> {
          int to = image * k * h * w;
          if (add) {
            int size = tiles.images() * k * h * w;
            float[] part = Scratch.floats(Scratch.SUMMAND, size);
            kernels.outputBlocks(tiles, k, m, bias, part, 0);
            Simd.get().binary(BinaryOp.ADD, y, to, 1, part, 0, 1, y, to, size);
          } else {
            kernels.outputBlocks(tiles, k, m, bias, y, to);
          }
        };
    run(kernels, new Blocks(n, h, w), c, k, input, u, output);
  }

  /** Writes the transformed tiles of some images, the first of which is {@code image}. */
  @FunctionalInterface
  private interface Input {
    void transform(Tiles tiles, int image, float[] v);
  }

  /** Writes some images from their transformed tiles. */
  @FunctionalInterface
  private interface Output {
    void transform(Tiles tiles, int image, float[] m);
  }

  private static void run(
      WinogradKernels kernels, Blocks blocks, int c, int k, Input input, float[] u, Output output) {
    Team.run(
        blocks.count(),
        block -> {
          Tiles tiles = blocks.tiles(block);
          int image = blocks.firstImage(block);
          float[] v = scratch(Scratch.TRANSPOSED, tiles, kernels.padded(c));
          float[] m = scratch(Scratch.RESULT, tiles, kernels.padded(k));
          input.transform(tiles, image, v);
          kernels.product(tiles.count(), c, k, v, u, m);
          output.transform(tiles, image, m);
        });
  }

  /** k numbers, zeros where there are none, padded as the kernels want them. */
  static float[] bias(WinogradKernels kernels, int k, float @Nullable [] bias, int bo) {
    float[] biases = new float[kernels.padded(k)];
    if (bias != null) {
      System.arraycopy(bias, bo, biases, 0, k);
    }
    return biases;
  }

  /** How many elements a transformed weight has, in either direction. */
  static int weightSize(WinogradKernels kernels, int c, int k) {
    return matrices(kernels.padded(c) * kernels.padded(k));
  }

  private static int matrices(int elements) {
    return WinogradKernels.PRODUCTS * WinogradKernels.stride(elements);
  }

  /** Whether a block of tiles is some whole images. */
  static boolean takesImages(int h, int w) {
    return new Blocks(1, h, w).bands == 1;
  }

  private static float[] scratch(int slot, Tiles tiles, int channels) {
    return Scratch.floats(slot, matrices(tiles.padded() * channels));
  }

  /** Writes dw: k rows {@code [c, 3, 3]}, {@code step} apart. */
  static void weightGrad(Planes x, Planes dy, float[] dw, int dwo, int step) {
    WinogradKernels kernels = Objects.requireNonNull(Simd.get().winograd());
    Input input = (tiles, image, v) -> kernels.input(tiles, x.images(image, tiles.images()), v);
    Input gradient =
        (tiles, image, z) -> kernels.outputGrad(tiles, dy.images(image, tiles.images()), z);
    var blocks = new Blocks(x.images(), x.h(), x.w());
    weightGrad(kernels, blocks, x.channels(), dy.channels(), input, gradient, dw, dwo, step);
  }

  /** The same of activations that are {@link Blocked}. */
  static void weightGradBlocks(
      WinogradKernels kernels,
      int n,
      int c,
      int h,
      int w,
      int k,
      float[] x,
      float[] dy,
      float[] dw,
      int dwo) {
    Input input = (tiles, image, v) -> kernels.inputBlocks(tiles, c, x, image * c * h * w, v);
    Input gradient =
        (tiles, image, z) -> kernels.outputGradBlocks(tiles, k, dy, image * k * h * w, z);
    weightGrad(kernels, new Blocks(n, h, w), c, k, input, gradient, dw, dwo, 9 * c);
  }

  private static void weightGrad(
      WinogradKernels kernels,
      Blocks blocks,
      int c,
      int k,
      Input input,
      Input gradient,
      float[] dw,
      int dwo,
      int step) {
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
            input.transform(tiles, image, v);
            gradient.transform(tiles, image, z);
            kernels.outer(tiles.count(), k, c, z, v, d);
          }
          kernels.weightGrad(k, c, d, parts, part * size);
        });
    PartialSums.addRows(sums, k, 9 * c, parts, dw, dwo, step);
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
