package dev.tern.device;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.tern.shape.DType;
import dev.tern.shape.PoolOptions;
import dev.tern.shape.Shape;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Max pooling, composed and the CPU's own, against loops, with ties, NaN and -inf; means too. */
class ComposedPoolTest {
  static Stream<Arguments> layouts() {
    return Stream.of(
        row("1d", Shape.of(2, 3, 9), PoolOptions.window(3)),
        row("1d overlapping", Shape.of(2, 3, 9), PoolOptions.window(3).stride(1).padding(1)),
        row("2d 2x2", Shape.of(2, 3, 6, 4), PoolOptions.window(2)),
        row("2d left over", Shape.of(1, 2, 7, 5), PoolOptions.window(2)),
        row("2d 3x3/2", Shape.of(2, 3, 8, 7), PoolOptions.window(3).stride(2).padding(1)),
        row("2d dilated", Shape.of(1, 2, 9, 8), PoolOptions.window(3, 2).stride(1).dilation(2)),
        row("2d ceil", Shape.of(1, 2, 6, 7), PoolOptions.window(3).stride(2).ceilMode(true)),
        row("3d", Shape.of(2, 2, 4, 5, 6), PoolOptions.window(2, 3, 2).stride(2).padding(1)),
        row("in chunks", Shape.of(40, 8, 30, 40), PoolOptions.window(3).stride(1).padding(1)));
  }

  private static Arguments row(String name, Shape x, PoolOptions options) {
    return Arguments.of(name, PoolSpec.of("pool", x, x.rank() - 2, options));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("layouts")
  void equalsLoops(String name, PoolSpec s) {
    var random = new Random(5);
    double[] x = new double[s.inputShape().numel()];
    Arrays.setAll(x, i -> random.nextInt(4) - 2); // many ties
    for (int i = 0; i < x.length; i += 11) {
      x[i] = Double.NaN;
    }
    for (int i = 5; i < x.length; i += 3) {
      x[i] = Double.NEGATIVE_INFINITY;
    }
    assertPool(s, x, DType.FLOAT64);
    assertPool(s, x, DType.FLOAT32);
  }

  private static void assertPool(PoolSpec s, double[] x, DType dtype) {
    int plane = x.length / (s.batch() * s.channels());
    double[] y = new double[s.outputShape().numel()];
    double[] index = new double[y.length];
    double[] dy = Plain.random(6, y.length);
    double[] dx = new double[x.length];
    int positions = y.length / (s.batch() * s.channels());
    for (int o = 0; o < y.length; o++) {
      int base = o / positions * plane;
      int best = firstLargest(s, x, base, o % positions);
      y[o] = x[base + best];
      index[o] = best;
      dx[base + best] += (float) dy[o]; // by way of the type that both are cast to below
    }
    Data in = Plain.of(dtype, x, s.inputShape().toArray());
    Data out = Plain.empty(dtype, s.outputShape().toArray());
    Data at = Plain.empty(DType.INT64, s.outputShape().toArray());
    Composed.maxPool(Plain.CPU, s, in, out, at);
    assertArrayEquals(y, Plain.values(out));
    assertArrayEquals(index, Plain.values(at));

    Data ownAt = Plain.empty(DType.INT64, s.outputShape().toArray());
    Plain.CPU.maxPool(s, in, Plain.empty(dtype, s.outputShape().toArray()), ownAt);
    assertArrayEquals(index, Plain.values(ownAt));

    Data withoutIndices = Plain.empty(dtype, s.outputShape().toArray());
    Composed.maxPool(Plain.CPU, s, in, withoutIndices, null);
    assertArrayEquals(y, Plain.values(withoutIndices));
    Plain.CPU.maxPool(s, in, withoutIndices, null);
    assertArrayEquals(y, Plain.values(withoutIndices));

    Data gradient = Plain.of(DType.FLOAT32, dy, s.outputShape().toArray());
    Data sameType = Plain.of(dtype, Plain.values(gradient), s.outputShape().toArray());
    Data toInput = Plain.empty(dtype, s.inputShape().toArray());
    Composed.maxPoolGrad(Plain.CPU, s, in, sameType, toInput);
    assertArrayEquals(dx, Plain.values(toInput), 1e-6);
    Plain.CPU.maxPoolGrad(s, in, sameType, toInput);
    assertArrayEquals(dx, Plain.values(toInput), 1e-6);
  }

  static Stream<Arguments> means() {
    return Stream.of(
        row("1d", Shape.of(2, 3, 9), PoolOptions.window(3)),
        row("2d", Shape.of(2, 3, 6, 4), PoolOptions.window(2)),
        row("2d global", Shape.of(2, 3, 20, 33), PoolOptions.window(20, 33)),
        row("2d 3x3", Shape.of(2, 3, 8, 7), PoolOptions.window(3).stride(1).padding(1)),
        row("2d 3x2/2", Shape.of(2, 3, 8, 7), PoolOptions.window(3, 2).stride(2).padding(1)),
        row("2d ceil", Shape.of(1, 2, 6, 7), PoolOptions.window(3).stride(2).ceilMode(true)),
        row(
            "2d without padding",
            Shape.of(3, 50, 30, 40),
            PoolOptions.window(3).stride(2).padding(1).countIncludePad(false)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("means")
  void ownMeansAreTheComposedOnes(String name, PoolSpec s) {
    double[] x = Plain.random(1, s.inputShape().numel());
    double[] dy = Plain.random(2, s.outputShape().numel());
    Data exact = Plain.empty(DType.FLOAT64, s.outputShape().toArray());
    AveragePool.forward(Plain.CPU, s, Plain.of(DType.FLOAT64, x, s.inputShape().toArray()), exact);
    Data y = Plain.empty(DType.FLOAT32, s.outputShape().toArray());
    Plain.CPU.avgPool(s, Plain.of(DType.FLOAT32, x, s.inputShape().toArray()), y);
    assertArrayEquals(Plain.values(exact), Plain.values(y), 1e-6);

    Data exactGradient = Plain.empty(DType.FLOAT64, s.inputShape().toArray());
    AveragePool.gradient(
        Plain.CPU, s, Plain.of(DType.FLOAT64, dy, s.outputShape().toArray()), exactGradient);
    Data dx = Plain.empty(DType.FLOAT32, s.inputShape().toArray());
    Plain.CPU.avgPoolGrad(s, Plain.of(DType.FLOAT32, dy, s.outputShape().toArray()), dx);
    assertArrayEquals(Plain.values(exactGradient), Plain.values(dx), 1e-6);
  }

  /**
   * PyTorch's loop: a later element replaces the largest only if it is larger, or NaN and the
   * first.
   */
  private static int firstLargest(PoolSpec s, double[] x, int base, int position) {
    int taps = Arrays.stream(s.window()).reduce(1, (a, b) -> a * b);
    int best = -1;
    for (int t = 0; t < taps; t++) {
      int at = inputIndex(s, position, t);
      if (at >= 0
          && (best < 0
              || x[base + at] > x[base + best]
              || Double.isNaN(x[base + at]) && !Double.isNaN(x[base + best]))) {
        best = at;
      }
    }
    return best;
  }

  private static int inputIndex(PoolSpec s, int position, int tap) {
    int index = 0;
    int step = 1;
    for (int d = s.rank() - 1; d >= 0; d--) {
      int at =
          position % s.out()[d] * s.stride()[d]
              + tap % s.window()[d] * s.dilation()[d]
              - s.padding()[d];
      if (at < 0 || at >= s.in()[d]) {
        return -1;
      }
      index += at * step;
      step *= s.in()[d];
      position /= s.out()[d];
      tap /= s.window()[d];
    }
    return index;
  }

  @Test
  void oneNanInEachWindowIsFoundWhereItIs() {
    PoolSpec s = PoolSpec.of("pool", Shape.of(1, 1, 4), 1, PoolOptions.window(2));
    Data x = Plain.of(DType.FLOAT64, new double[] {1, Double.NaN, Double.NaN, 9}, 1, 1, 4);
    Data y = Plain.empty(DType.FLOAT64, 1, 1, 2);
    Data at = Plain.empty(DType.INT64, 1, 1, 2);
    Composed.maxPool(Plain.CPU, s, x, y, at);
    assertArrayEquals(new double[] {Double.NaN, Double.NaN}, Plain.values(y));
    assertArrayEquals(new double[] {1, 2}, Plain.values(at));
  }
}
