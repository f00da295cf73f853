package dev.tern.device.cpu;

import dev.tern.device.BinaryOp;
import dev.tern.device.ConvSpec;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** FLOAT32 convolutions of one tap, stride 1: a matrix product for each image, nothing copied. */
final class Conv1x1 {
  /** With fewer positions, one product of all images pays for copying them beside each other. */
  private static final int POSITIONS = 64;

  /** The partial sums of a weight's gradient, each over some images. */
  private static final int SUMS = 8;

  private Conv1x1() {}

  /** Whether it is one of these, with images large enough. */
  static boolean fits(ConvSpec s) {
    return s.groups() == 1
        && s.taps() == 1
        && Arrays.equals(s.in(), s.out())
        && Arrays.stream(s.stride()).allMatch(step -> step == 1)
        && Arrays.stream(s.padding()).allMatch(border -> border == 0)
        && s.outPositions() >= POSITIONS
        && s.batch() > 0;
  }

  static void forward(
      ConvSpec s,
      float[] x,
      int xo,
      float[] weight,
      int wo,
      float @Nullable [] bias,
      int bo,
      float[] y,
      int yo) {
    int c = s.inChannels();
    int k = s.outChannels();
    int n = s.outPositions();
    Team.run(
        s.batch(),
        image -> {
          int to = yo + image * k * n;
          for (int o = 0; bias != null && o < k; o++) {
            Arrays.fill(y, to + o * n, to + (o + 1) * n, bias[bo + o]);
          }
          int from = xo + image * c * n;
          Gemm.sgemm(false, false, k, n, c, weight, wo, x, from, y, to, bias != null);
        });
  }

  static void inputGrad(
      ConvSpec s, float[] weight, int wo, float[] dy, int dyo, float[] dx, int dxo) {
    int c = s.inChannels();
    int k = s.outChannels();
    int n = s.outPositions();
    Team.run(
        s.batch(),
        image -> {
          int from = dyo + image * k * n;
          int to = dxo + image * c * n;
          Gemm.sgemm(true, false, c, n, k, weight, wo, dy, from, dx, to, false);
        });
  }

  static void weightGrad(ConvSpec s, float[] x, int xo, float[] dy, int dyo, float[] dw, int dwo) {
    int c = s.inChannels();
    int k = s.outChannels();
    int n = s.outPositions();
    int size = k * c;
    int perSum = (s.batch() + SUMS - 1) / SUMS;
    int sums = (s.batch() + perSum - 1) / perSum;
    float[] parts = BufferPool.floats(sums * size);
    Team.run(
        sums,
        part -> {
          int last = Math.min(s.batch(), (part + 1) * perSum);
          for (int image = part * perSum; image < last; image++) {
            int from = dyo + image * k * n;
            int and = xo + image * c * n;
            boolean add = image > part * perSum;
            Gemm.sgemm(false, true, k, c, n, dy, from, x, and, parts, part * size, add);
          }
        });
    System.arraycopy(parts, 0, dw, dwo, size);
    for (int part = 1; part < sums; part++) {
      Simd.get().binary(BinaryOp.ADD, dw, dwo, 1, parts, part * size, 1, dw, dwo, size);
    }
    BufferPool.give(parts);
  }
}
