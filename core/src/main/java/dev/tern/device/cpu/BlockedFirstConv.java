package dev.tern.device.cpu;

import static dev.tern.device.cpu.Operands.floats;

import dev.tern.device.ConvSpec;
import dev.tern.device.Data;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * 3x3 convolutions of few input channels, such as a network's first: they read images as they are
 * and write {@link Blocked} activations. Every method returns false, having changed nothing, where
 * another kernel serves better.
 */
final class BlockedFirstConv {
  /** So many input channels are few. */
  private static final int CHANNELS = 8;

  private static final int IMAGES = 4;
  private static final int IMAGES_OF_A_SUM = 8;

  private BlockedFirstConv() {}

  private static @Nullable BlockKernels kernels(ConvSpec s, Data x) {
    BlockKernels kernels = Blocked.kernels(s.outChannels());
    boolean fits =
        kernels != null
            && s.isPlain3x3()
            && s.inChannels() <= CHANNELS
            && s.in()[1] >= kernels.leastWidth()
            && x.numel() > 0;
    return fits ? kernels : null;
  }

  static boolean forward(ConvSpec s, Data x, Data weight, @Nullable Data bias, Data y) {
    BlockKernels kernels = kernels(s, x);
    if (kernels == null || !Blocked.isOwn(y)) {
      return false;
    }
    int c = s.inChannels();
    int k = s.outChannels();
    int h = s.in()[0];
    int w = s.in()[1];
    float[] from = floats(x);
    int xo = x.offset();
    float[] packed = new float[k * c * 9];
    move(k, c * 9, kernels.lanes(), floats(weight), weight.offset(), packed, true);
    float[] biases = new float[k];
    if (bias != null) {
      System.arraycopy(floats(bias), bias.offset(), biases, 0, k);
    }
    float[] to = Blocked.writeOwn(y, k, h * w);
    Team.run(
        (s.batch() + IMAGES - 1) / IMAGES,
        task -> {
          int end = Math.min(s.batch(), (task + 1) * IMAGES);
          for (int n = task * IMAGES; n < end; n++) {
            int at = xo + n * c * h * w;
            kernels.conv3x3(c, h, w, k, from, at, packed, biases, to, n * k * h * w);
          }
        });
    return true;
  }

  static boolean weightGrad(ConvSpec s, Data x, Data dy, Data dweight) {
    BlockKernels kernels = kernels(s, x);
    if (kernels == null || !Blocked.is(dy, s.outChannels(), s.in()[0] * s.in()[1])) {
      return false;
    }
    int c = s.inChannels();
    int k = s.outChannels();
    int h = s.in()[0];
    int w = s.in()[1];
    float[] from = floats(x);
    int xo = x.offset();
    float[] gradient = Blocked.elements(dy);
    int size = k * c * 9;
    int groups = (s.batch() + IMAGES_OF_A_SUM - 1) / IMAGES_OF_A_SUM;
    float[] sums = BufferPool.floats(groups * size);
    Arrays.fill(sums, 0, groups * size, 0);
    Team.run(
        groups,
        group -> {
          int end = Math.min(s.batch(), (group + 1) * IMAGES_OF_A_SUM);
          for (int n = group * IMAGES_OF_A_SUM; n < end; n++) {
            int at = xo + n * c * h * w;
            kernels.conv3x3WeightGrad(
                c, h, w, k, from, at, gradient, n * k * h * w, sums, group * size);
          }
        });
    PartialSums.add(groups, size, sums, sums, 0);
    move(k, c * 9, kernels.lanes(), floats(dweight), dweight.offset(), sums, false);
    BufferPool.give(sums);
    return true;
  }

  /** {@code [K, n]} to {@code [K / lanes, n, lanes]}, or back. */
  private static void move(
      int k, int n, int lanes, float[] plain, int at, float[] packed, boolean pack) {
    for (int o = 0; o < k; o++) {
      for (int i = 0; i < n; i++) {
        int to = (o / lanes * n + i) * lanes + o % lanes;
        if (pack) {
          packed[to] = plain[at + o * n + i];
        } else {
          plain[at + o * n + i] = packed[to];
        }
      }
    }
  }
}
