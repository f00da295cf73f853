package dev.tern.device;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tern.shape.ConvOptions;
import dev.tern.shape.DType;
import dev.tern.shape.Shape;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Convolutions composed of primitives against loops over every index. */
class ComposedConvTest {
  static Stream<Arguments> layouts() {
    return Stream.of(
        row("1d", Shape.of(2, 3, 9), Shape.of(4, 3, 3), options()),
        row(
            "1d stride, padding",
            Shape.of(2, 3, 10),
            Shape.of(4, 3, 4),
            options().stride(3).padding(2)),
        row("1d groups", Shape.of(2, 6, 7), Shape.of(4, 3, 3), options().groups(2).padding(1)),
        row("1d depthwise", Shape.of(2, 4, 7), Shape.of(8, 1, 3), options().groups(4).dilation(2)),
        row("1d same, even", Shape.of(1, 2, 7), Shape.of(3, 2, 4), options().same()),
        row("2d 1x1", Shape.of(3, 4, 5, 6), Shape.of(2, 4, 1, 1), options()),
        row("2d 3x3", Shape.of(2, 3, 6, 5), Shape.of(4, 3, 3, 3), options().padding(1)),
        row("2d left over", Shape.of(1, 2, 8, 8), Shape.of(3, 2, 3, 3), options().stride(2)),
        row(
            "2d all of it",
            Shape.of(2, 4, 9, 8),
            Shape.of(6, 2, 3, 2),
            options().stride(2, 1).padding(2, 1).dilation(1, 2).groups(2)),
        row("2d same, even", Shape.of(2, 2, 5, 6), Shape.of(2, 2, 2, 4), options().same()),
        row(
            "2d step above kernel",
            Shape.of(1, 2, 9, 9),
            Shape.of(2, 2, 2, 2),
            options().stride(4)),
        row("3d", Shape.of(2, 2, 4, 5, 3), Shape.of(3, 2, 2, 3, 2), options().padding(1)),
        row(
            "3d all of it",
            Shape.of(1, 4, 6, 5, 7),
            Shape.of(4, 2, 2, 3, 2),
            options().stride(2, 1, 2).padding(1, 0, 1).dilation(2, 1, 1).groups(2)),
        row(
            "in several chunks",
            Shape.of(5, 16, 40, 50),
            Shape.of(3, 16, 4, 5),
            options().padding(2)),
        row(
            "one image a chunk",
            Shape.of(3, 32, 50, 50),
            Shape.of(2, 32, 5, 5),
            options().padding(2)));
  }

  private static ConvOptions.Values options() {
    return ConvOptions.defaults();
  }

  private static Arguments row(String name, Shape x, Shape weight, ConvOptions options) {
    return Arguments.of(name, ConvSpec.of("conv", x, weight, options));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("layouts")
  void equalsLoops(String name, ConvSpec s) {
    double[] x = Plain.random(1, s.inputShape().numel());
    double[] weight = Plain.random(2, s.weightShape().numel());
    double[] bias = Plain.random(3, s.outChannels());
    double[] dy = Plain.random(4, s.outputShape().numel());
    double[] y = new double[dy.length];
    double[] dx = new double[x.length];
    double[] dweight = new double[weight.length];
    eachProduct(
        s,
        (i, w, o) -> {
          y[o] += x[i] * weight[w];
          dx[i] += dy[o] * weight[w];
          dweight[w] += dy[o] * x[i];
        });
    assertConv(s, DType.FLOAT64, 1e-12, x, weight, null, dy, y, dx, dweight);
    for (int o = 0; o < y.length; o++) {
      y[o] += bias[o / s.outPositions() % s.outChannels()];
    }
    assertConv(s, DType.FLOAT64, 1e-12, x, weight, bias, dy, y, dx, dweight);
    assertConv(s, DType.FLOAT32, 2e-4, x, weight, bias, dy, y, dx, dweight);
  }

  private static void assertConv(
      ConvSpec s,
      DType dtype,
      double tolerance,
      double[] x,
      double[] weight,
      double[] bias,
      double[] dy,
      double[] y,
      double[] dx,
      double[] dweight) {
    Data in = Plain.of(dtype, x, s.inputShape().toArray());
    Data kernel = Plain.of(dtype, weight, s.weightShape().toArray());
    Data gradient = Plain.of(dtype, dy, s.outputShape().toArray());
    Data shift = bias == null ? null : Plain.of(dtype, bias, s.outChannels());
    double scale = Math.sqrt(s.inChannels() * s.taps());

    Data out = Plain.empty(dtype, s.outputShape().toArray());
    Composed.conv(Plain.CPU, s, in, kernel, shift, out);
    assertArrayEquals(y, Plain.values(out), tolerance * scale);

    Data toInput = Plain.empty(dtype, s.inputShape().toArray());
    Composed.convInputGrad(Plain.CPU, s, kernel, gradient, toInput);
    assertArrayEquals(dx, Plain.values(toInput), tolerance * scale);

    Data toWeight = Plain.empty(dtype, s.weightShape().toArray());
    Composed.convWeightGrad(Plain.CPU, s, in, gradient, toWeight);
    assertArrayEquals(dweight, Plain.values(toWeight), tolerance * Math.sqrt(y.length));
    // <conv(x), dy> = <x, inputGrad(dy)>
    if (bias == null && dtype == DType.FLOAT64) {
      double there = Plain.dot(Plain.values(out), dy);
      assertEquals(there, Plain.dot(x, Plain.values(toInput)), 1e-9 * (1 + Math.abs(there)));
    }
  }

  private interface Product {
    void visit(int input, int weight, int output);
  }

  /** Every product of the convolution's definition, by flat indices. */
  private static void eachProduct(ConvSpec s, Product product) {
    int positions = s.outPositions();
    int taps = s.taps();
    int plane = s.inputShape().numel() / (s.batch() * s.inChannels());
    int depth = s.inChannels() / s.groups();
    int perGroup = s.outChannels() / s.groups();
    for (int n = 0; n < s.batch(); n++) {
      for (int k = 0; k < s.outChannels(); k++) {
        for (int p = 0; p < positions; p++) {
          for (int t = 0; t < taps; t++) {
            int at = inputIndex(s, p, t);
            for (int c = 0; at >= 0 && c < depth; c++) {
              int channel = k / perGroup * depth + c;
              product.visit(
                  (n * s.inChannels() + channel) * plane + at,
                  (k * depth + c) * taps + t,
                  (n * s.outChannels() + k) * positions + p);
            }
          }
        }
      }
    }
  }

  private static int inputIndex(ConvSpec s, int position, int tap) {
    int index = 0;
    int step = 1;
    for (int d = s.rank() - 1; d >= 0; d--) {
      int at =
          position % s.out()[d] * s.stride()[d]
              + tap % s.kernel()[d] * s.dilation()[d]
              - s.padding()[d];
      if (at < 0 || at >= s.in()[d]) {
        return -1;
      }
      index += at * step;
      step *= s.in()[d];
      position /= s.out()[d];
      tap /= s.kernel()[d];
    }
    return index;
  }
}
