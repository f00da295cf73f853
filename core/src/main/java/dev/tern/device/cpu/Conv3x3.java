package dev.tern.device.cpu;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * FLOAT32 3x3 convolutions with stride 1 and padding 1, split by groups of images of a fixed size.
 */
final class Conv3x3 {
  private static final int IMAGES = 4;
  private static final int IMAGES_OF_A_SUM = 8;
  private static final int BLOCK = 8;

  private Conv3x3() {}

  static void forward(
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
    WinogradKernels winograd = Winograd.kernels(c, w, k);
    if (winograd != null) {
      Winograd.forward(winograd, n, c, h, w, k, x, xo, weight, wo, bias, bo, y, yo);
      return;
    }
    int blocks = (k + BLOCK - 1) / BLOCK;
    float[] packed = new float[blocks * c * 9 * BLOCK];
    for (int o = 0; o < k; o++) {
      for (int i = 0; i < c * 9; i++) {
        packed[(o / BLOCK * c * 9 + i) * BLOCK + o % BLOCK] = weight[wo + o * c * 9 + i];
      }
    }
    float[] biases = new float[blocks * BLOCK];
    if (bias != null) {
      System.arraycopy(bias, bo, biases, 0, k);
    }
    run(n, c, h, w, k, x, xo, packed, biases, y, yo);
  }

  /** The same convolution of dy, with channels exchanged and the kernel turned round. */
  static void inputGrad(
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
    WinogradKernels winograd = Winograd.kernels(c, w, k);
    if (winograd != null) {
      Winograd.inputGrad(winograd, n, c, h, w, k, weight, wo, dy, dyo, dx, dxo);
      return;
    }
    int blocks = (c + BLOCK - 1) / BLOCK;
    float[] packed = new float[blocks * k * 9 * BLOCK];
    for (int o = 0; o < k; o++) {
      for (int i = 0; i < c; i++) {
        for (int tap = 0; tap < 9; tap++) {
          packed[((i / BLOCK * k + o) * 9 + tap) * BLOCK + i % BLOCK] =
              weight[wo + (o * c + i) * 9 + 8 - tap];
        }
      }
    }
    run(n, k, h, w, c, dy, dyo, packed, new float[blocks * BLOCK], dx, dxo);
  }

  private static void run(
      int n,
      int c,
      int h,
      int w,
      int k,
      float[] x,
      int xo,
      float[] packed,
      float[] bias,
      float[] y,
      int yo) {
    Team.run(
        (n + IMAGES - 1) / IMAGES,
        task -> {
          int first = task * IMAGES;
          int images = Math.min(IMAGES, n - first);
          Simd.get()
              .conv3x3(
                  images,
                  c,
                  h,
                  w,
                  k,
                  x,
                  xo + first * c * h * w,
                  packed,
                  bias,
                  y,
                  yo + first * k * h * w);
        });
  }

  static void weightGrad(
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
      int dwo) {
    WinogradKernels winograd = n == 0 ? null : Winograd.kernels(c, w, k);
    if (winograd != null) {
      Winograd.weightGrad(winograd, n, c, h, w, k, x, xo, dy, dyo, dw, dwo, false);
      return;
    }
    int size = k * c * 9;
    int groups = (n + IMAGES_OF_A_SUM - 1) / IMAGES_OF_A_SUM;
    if (groups == 0) {
      Arrays.fill(dw, dwo, dwo + size, 0);
      return;
    }
    float[] sums = new float[groups * size];
    Team.run(
        groups,
        group -> {
          int first = group * IMAGES_OF_A_SUM;
          Simd.get()
              .conv3x3WeightGrad(
                  Math.min(IMAGES_OF_A_SUM, n - first),
                  c,
                  h,
                  w,
                  k,
                  x,
                  xo + first * c * h * w,
                  dy,
                  dyo + first * k * h * w,
                  sums,
                  group * size);
        });
    PartialSums.add(groups, size, sums, dw, dwo);
  }
}
