package dev.tern.device.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tern.device.ConvSpec;
import dev.tern.device.Data;
import dev.tern.shape.ConvOptions;
import dev.tern.shape.DType;
import dev.tern.shape.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Depthwise and one-tap convolutions in FLOAT32 against the composed convolution in FLOAT64, from
 * data that begins in the middle of its storage.
 */
class ConvolutionsTest {
  private static final CpuBackend CPU = CpuBackend.CPU;

  private final SplittableRandom random = new SplittableRandom(5);

  static Stream<Named<ConvSpec>> specs() {
    return Stream.of(
        depthwise("3x3", Shape.of(3, 5, 9, 7), 1, new int[] {3, 3}, ConvOptions.padding(1)),
        depthwise("1x1 planes", Shape.of(2, 4, 1, 1), 1, new int[] {3, 3}, ConvOptions.padding(1)),
        depthwise(
            "stride 2, input not used up",
            Shape.of(2, 3, 8, 11),
            1,
            new int[] {3, 3},
            ConvOptions.padding(0).stride(2)),
        depthwise(
            "two outputs a channel",
            Shape.of(3, 4, 10, 6),
            2,
            new int[] {3, 5},
            ConvOptions.padding(1, 2).stride(2, 1)),
        depthwise(
            "dilation and stride",
            Shape.of(2, 6, 13, 14),
            1,
            new int[] {3, 2},
            ConvOptions.padding(2, 3).dilation(2, 3).stride(3, 2)),
        depthwise(
            "stride beyond the kernel",
            Shape.of(2, 3, 16, 15),
            1,
            new int[] {2, 2},
            ConvOptions.padding(0).stride(5, 4)),
        depthwise("1d", Shape.of(4, 7, 33), 1, new int[] {5}, ConvOptions.padding(2).stride(2)),
        depthwise(
            "padding wider than the plane",
            Shape.of(1, 2, 2, 3),
            1,
            new int[] {5, 5},
            ConvOptions.padding(4)),
        spec("one tap", Shape.of(3, 5, 8, 9), Shape.of(7, 5, 1, 1), ConvOptions.padding(0)),
        spec("one tap, 1d", Shape.of(11, 17, 70), Shape.of(9, 17, 1), ConvOptions.padding(0)),
        spec(
            "one tap, 3d",
            Shape.of(2, 4, 4, 5, 6),
            Shape.of(33, 4, 1, 1, 1),
            ConvOptions.padding(0)),
        spec(
            "one tap, few positions",
            Shape.of(9, 5, 3, 3),
            Shape.of(4, 5, 1, 1),
            ConvOptions.padding(0)));
  }

  private static Named<ConvSpec> depthwise(
      String name, Shape x, int multiplier, int[] kernel, ConvOptions options) {
    int channels = x.size(1);
    int[] weight = new int[kernel.length + 2];
    weight[0] = multiplier * channels;
    weight[1] = 1;
    System.arraycopy(kernel, 0, weight, 2, kernel.length);
    return spec("depthwise " + name, x, Shape.of(weight), options.values().groups(channels));
  }

  private static Named<ConvSpec> spec(String name, Shape x, Shape weight, ConvOptions options) {
    return Named.of(name, ConvSpec.of("conv", x, weight, options));
  }

  @ParameterizedTest
  @MethodSource("specs")
  void agreesWithComposedInDouble(ConvSpec spec) {
    Data x = random(spec.inputShape());
    Data weight = random(spec.weightShape());
    Data bias = random(Shape.of(spec.outChannels()));
    Data dy = random(spec.outputShape());
    int taps = spec.taps() * Math.max(spec.inChannels(), spec.outChannels()) / spec.groups();
    for (Data b : new Data[] {bias, null}) {
      Data y = garbage(spec.outputShape(), DType.FLOAT32);
      Data exact = garbage(spec.outputShape(), DType.FLOAT64);
      CPU.conv(spec, x, weight, b, y);
      CPU.conv(spec, wide(x), wide(weight), b == null ? null : wide(b), exact);
      near("forward", exact, y, taps);
    }
    Data dx = garbage(spec.inputShape(), DType.FLOAT32);
    Data exactDx = garbage(spec.inputShape(), DType.FLOAT64);
    CPU.convInputGrad(spec, weight, dy, dx);
    CPU.convInputGrad(spec, wide(weight), wide(dy), exactDx);
    near("input gradient", exactDx, dx, taps);
    Data dw = garbage(spec.weightShape(), DType.FLOAT32);
    Data exactDw = garbage(spec.weightShape(), DType.FLOAT64);
    CPU.convWeightGrad(spec, x, dy, dw);
    CPU.convWeightGrad(spec, wide(x), wide(dy), exactDw);
    near("weight gradient", exactDw, dw, spec.batch() * spec.outPositions());
  }

  @ParameterizedTest
  @MethodSource("specs")
  void sameBitsOnAnyNumberOfThreads(ConvSpec spec) {
    Data x = random(spec.inputShape());
    Data weight = random(spec.weightShape());
    Data dy = random(spec.outputShape());
    int before = Team.threads();
    try {
      Team.setThreads(1);
      List<float[]> one = all(spec, x, weight, dy);
      Team.setThreads(3);
      List<float[]> three = all(spec, x, weight, dy);
      for (int i = 0; i < 3; i++) {
        assertArrayEquals(one.get(i), three.get(i));
      }
    } finally {
      Team.setThreads(before);
    }
  }

  private static List<float[]> all(ConvSpec spec, Data x, Data weight, Data dy) {
    Data y = garbage(spec.outputShape(), DType.FLOAT32);
    Data dx = garbage(spec.inputShape(), DType.FLOAT32);
    Data dw = garbage(spec.weightShape(), DType.FLOAT32);
    CPU.conv(spec, x, weight, null, y);
    CPU.convInputGrad(spec, weight, dy, dx);
    CPU.convWeightGrad(spec, x, dy, dw);
    return Stream.of(y, dx, dw)
        .map(data -> Arrays.copyOf(Operands.floats(data), data.numel() + 8))
        .toList();
  }

  /** Room of 3 elements before it and 5 after, all filled. */
  private static Data garbage(Shape shape, DType dtype) {
    Data all = new Data(CPU.allocate(dtype, shape.numel() + 8), 0, Shape.of(shape.numel() + 8));
    CPU.fill(all, 7);
    return new Data(all.storage(), 3, shape);
  }

  private Data random(Shape shape) {
    Data data = garbage(shape, DType.FLOAT32);
    for (int i = 0; i < shape.numel(); i++) {
      Operands.floats(data)[3 + i] = (float) (random.nextDouble() * 2 - 1);
    }
    return data;
  }

  private static Data wide(Data x) {
    Data wide = garbage(x.shape(), DType.FLOAT64);
    CPU.cast(x, wide);
    return wide;
  }

  private static void near(String what, Data exact, Data got, int terms) {
    double[] expected = Operands.doubles(exact);
    float[] values = Operands.floats(got);
    double tolerance = 0x1p-24 * (terms + 8);
    for (int i = 0; i < exact.numel() + 8; i++) {
      if (i < 3 || i >= exact.numel() + 3) {
        assertEquals(7, values[i], what + " around the result");
      } else {
        double off = Math.abs(expected[i] - values[i]);
        assertTrue(off <= tolerance, what + " element " + (i - 3) + " is off by " + off);
      }
    }
  }
}
