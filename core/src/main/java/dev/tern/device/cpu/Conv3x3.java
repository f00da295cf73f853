package dev.tern.device.cpu;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * FLOAT32 3x3 convolutions with stride 1 and padding 1, split by groups of images of a fixed size.
 * Channels that {@link Winograd} computes faster are left to it.
 */
final class Conv3x3 {
  private static final int IMAGES = 4;
  private static final int IMAGES_OF_A_SUM = 8;
  static final int BLOCK = 8;

  /** So many channels beyond whole blocks are computed one by one. */
  private static final int SINGLES = 3;

  /** What one of them takes, measured: one of a block takes 1. */
  private static final double SINGLE = 2;

  /** Likewise what one of few channels, input or output, takes in the weight's gradient. */
  private static final double FEW = 3;

  private Conv3x3() {}

  static void forward(Planes x, float[] weight, int wo, float @Nullable [] bias, int bo, Planes y) {
    convolve(x, Taps.forward(weight, wo, x.channels()), bias, bo, y);
  }

  /** The same convolution of dy, with channels exchanged and the kernel turned round. */
  static void inputGrad(float[] weight, int wo, Planes dy, Planes dx) {
    convolve(dy, Taps.inputGrad(weight, wo, dx.channels()), null, 0, dx);
  }

  private static void convolve(Planes x, Taps taps, float @Nullable [] bias, int bo, Planes y) {
    int k = y.channels();
    int wide = Winograd.outChannels(x.channels(), x.w(), k);
    if (wide > 0) {
      Winograd.convolve(x, taps, bias, bo, y.channels(0, wide));
    }
    if (wide < k) {
      direct(x, taps.from(wide), bias, bo + wide, y.channels(wide, k - wide));
    }
  }

  /** The time of a direct convolution of c channels to k, in those of one to one of a block. */
  static double directCost(int c, int k) {
    int single = singles(k);
    return c * (SINGLE * single + roundUp(k - single, BLOCK));
  }

  /** The time of a direct weight's gradient, likewise. */
  static double directGradCost(int c, int k) {
    int lanes = Simd.get().lanes();
    int few = Simd.isFew(c % lanes, lanes) ? c % lanes : 0;
    int single = singles(k);
    return roundUp(c - few, lanes) * roundUp(k - single, BLOCK)
        + FEW * (few * roundUp(k, BLOCK) + single * roundUp(c - few, BLOCK));
  }

  private static int singles(int k) {
    return k % BLOCK <= SINGLES ? k % BLOCK : 0;
  }

  static int roundUp(int n, int to) {
    return (n + to - 1) / to * to;
  }

  private static void direct(Planes x, Taps taps, float @Nullable [] bias, int bo, Planes y) {
    int c = x.channels();
    int k = y.channels();
    float[] packed = new float[roundUp(k, BLOCK) * c * 9];
    for (int o = 0; o < k; o++) {
      for (int i = 0; i < c; i++) {
        taps.copy(i, o, packed, (o / BLOCK * c + i) * 9 * BLOCK + o % BLOCK, BLOCK);
      }
    }
    float[] biases = new float[roundUp(k, BLOCK)];
    if (bias != null) {
      System.arraycopy(bias, bo, biases, 0, k);
    }
    Team.run(
        (x.images() + IMAGES - 1) / IMAGES,
        task -> {
          int first = task * IMAGES;
          int images = Math.min(IMAGES, x.images() - first);
          Simd.get().conv3x3(x.images(first, images), packed, biases, y.images(first, images));
        });
  }

  /** Writes dw {@code [K, C, 3, 3]}. */
  static void weightGrad(Planes x, Planes dy, float[] dw, int dwo) {
    int c = x.channels();
    int k = dy.channels();
    int step = 9 * c;
    if (x.images() == 0) {
      Arrays.fill(dw, dwo, dwo + k * step, 0);
      return;
    }
    Winograd.Part part = Winograd.weightPart(c, x.w(), k);
    int cw = part.c();
    int kw = part.k();
    Planes dyOfPart = dy.channels(0, kw);
    if (cw > 0) {
      Winograd.weightGrad(x.channels(0, cw), dyOfPart, dw, dwo, step);
    }
    directGrad(x.channels(cw, c - cw), dyOfPart, dw, dwo + 9 * cw, step);
    directGrad(x, dy.channels(kw, k - kw), dw, dwo + kw * step, step);
  }

  private static void directGrad(Planes x, Planes dy, float[] dw, int dwo, int step) {
    int c = x.channels();
    int k = dy.channels();
    if (c == 0 || k == 0) {
      return;
    }
    int lanes = Simd.get().lanes();
    int whole = c / lanes * lanes;
    int blocks = k - singles(k);
    if (Simd.isFew(c, lanes)) {
      gradSum(x, dy, dw, dwo, step);
    } else if (0 < whole && whole < c && Simd.isFew(c - whole, lanes)) {
      directGrad(x.channels(0, whole), dy, dw, dwo, step);
      directGrad(x.channels(whole, c - whole), dy, dw, dwo + 9 * whole, step);
    } else {
      if (blocks > 0) {
        gradSum(x, dy.channels(0, blocks), dw, dwo, step);
      }
      if (blocks < k) {
        exchangedGradSum(x, dy.channels(blocks, k - blocks), dw, dwo + blocks * step, step);
      }
    }
  }

  /**
   * As {@link #gradSum}, for few output channels: they change places with the input channels, for
   * what one tap takes of x for a dy, the opposite one takes of dy for an x.
   */
  private static void exchangedGradSum(Planes x, Planes dy, float[] dw, int dwo, int step) {
    int c = x.channels();
    int k = dy.channels();
    float[] exchanged = new float[c * k * 9];
    gradSum(dy, x, exchanged, 0, 9 * k);
    for (int i = 0; i < c; i++) {
      for (int o = 0; o < k; o++) {
        for (int tap = 0; tap < 9; tap++) {
          dw[dwo + o * step + i * 9 + tap] = exchanged[(i * k + o) * 9 + 8 - tap];
        }
      }
    }
  }

  /** Sums over groups of images, brought together in one order. */
  private static void gradSum(Planes x, Planes dy, float[] dw, int dwo, int step) {
    int c = x.channels();
    int k = dy.channels();
    int size = k * c * 9;
    int groups = (x.images() + IMAGES_OF_A_SUM - 1) / IMAGES_OF_A_SUM;
    float[] sums = new float[groups * size];
    Team.run(
        groups,
        group -> {
          int first = group * IMAGES_OF_A_SUM;
          int images = Math.min(IMAGES_OF_A_SUM, x.images() - first);
          Simd.get()
              .conv3x3WeightGrad(
                  x.images(first, images), dy.images(first, images), sums, group * size);
        });
    PartialSums.addRows(groups, k, 9 * c, sums, dw, dwo, step);
  }
}
