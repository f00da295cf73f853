package dev.tern.device.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The 3x3 convolution and its gradients against sums written out in double, cold and compiled. */
class Conv3x3Test {
  /** Enough calls that C2 has compiled every loop in a kernel. */
  private static final int WARM = 400;

  private final SplittableRandom random = new SplittableRandom(3);

  @ParameterizedTest
  @CsvSource({
    "1,1,1,1,1",
    "2,3,5,7,9",
    "3,2,4,16,8",
    "9,3,8,8,16",
    "2,16,6,16,8",
    "9,32,3,5,12",
    "2,16,1,33,3",
    "1,8,16,16,24",
    // one or a few channels more than whole blocks or vectors, and not few of a vector
    "2,17,16,16,17",
    "2,13,5,23,11",
    "3,13,9,16,26"
  })
  void agreesWithSumsInDouble(int n, int c, int h, int w, int k) {
    var sums = new ConvSums(n, c, h, w, k);
    for (Simd simd : Stream.of(new ScalarSimd(), Simd.get().compiled()).toList()) {
      float[] cold = null;
      for (int round = 0; round < WARM; round++) {
        float[] got = new float[sums.y.length];
        simd.conv3x3(
            sums.in(sums.x, 0), packed(sums.weight, c, k), padded(sums.bias), sums.out(got, 0));
        float[] gotWeight = new float[sums.dw.length];
        simd.conv3x3WeightGrad(sums.in(sums.x, 0), sums.out(sums.dy, 0), gotWeight, 0);
        if (cold == null) {
          near(sums.y, got, 9 * c + 1);
          near(sums.dw, gotWeight, n * h * w);
          cold = ConvSums.concat(got, gotWeight);
        } else if (round == WARM - 1) {
          assertArrayEquals(cold, ConvSums.concat(got, gotWeight), "bits, once compiled");
        }
      }
    }
    float[] gotInput = new float[sums.dx.length];
    Conv3x3.inputGrad(sums.weight, 0, sums.out(sums.dy, 0), sums.in(gotInput, 0));
    near(sums.dx, gotInput, 9 * k);
  }

  @ParameterizedTest
  @CsvSource({"21,3,16,16,16", "21,16,16,16,8", "5,5,7,7,11", "9,35,8,8,49"})
  void sameBitsOnAnyNumberOfThreads(int n, int c, int h, int w, int k) {
    float[] x = random(n * c * h * w);
    float[] weight = random(k * c * 9);
    float[] dy = random(n * k * h * w);
    int before = Team.threads();
    try {
      Team.setThreads(1);
      float[] one = all(n, c, h, w, k, x, weight, dy);
      for (int threads = 2; threads <= 4; threads++) {
        Team.setThreads(threads);
        assertArrayEquals(one, all(n, c, h, w, k, x, weight, dy), threads + " threads");
      }
    } finally {
      Team.setThreads(before);
    }
  }

  @ParameterizedTest
  @CsvSource({"7,5,3"})
  void leavesWhatIsAroundItsResultAlone(int xo, int wo, int yo) {
    int size = 2 * 3 * 4 * 5;
    float[] x = random(xo + size);
    float[] weight = random(wo + 3 * 3 * 9);
    float[] y = random(yo + size + 11);
    float[] before = y.clone();
    Conv3x3.forward(
        Planes.of(x, xo, 2, 3, 4, 5), weight, wo, null, 0, Planes.of(y, yo, 2, 3, 4, 5));
    for (int i = 0; i < y.length; i++) {
      assertEquals(i >= yo && i < yo + size, y[i] != before[i], "element " + i);
    }
  }

  private static float[] all(
      int n, int c, int h, int w, int k, float[] x, float[] weight, float[] dy) {
    float[] y = new float[n * k * h * w];
    float[] dx = new float[x.length];
    float[] dw = new float[weight.length];
    Planes in = Planes.of(x, 0, n, c, h, w);
    Planes gradient = Planes.of(dy, 0, n, k, h, w);
    Conv3x3.forward(in, weight, 0, null, 0, Planes.of(y, 0, n, k, h, w));
    Conv3x3.inputGrad(weight, 0, gradient, Planes.of(dx, 0, n, c, h, w));
    Conv3x3.weightGrad(in, gradient, dw, 0);
    return ConvSums.concat(ConvSums.concat(y, dx), dw);
  }

  private static float[] packed(float[] weight, int c, int k) {
    float[] packed = new float[(k + 7) / 8 * 8 * c * 9];
    for (int i = 0; i < weight.length; i++) {
      int o = i / (c * 9);
      packed[(o / 8 * c * 9 + i % (c * 9)) * 8 + o % 8] = weight[i];
    }
    return packed;
  }

  private static float[] padded(float[] bias) {
    return Arrays.copyOf(bias, (bias.length + 7) / 8 * 8);
  }

  private float[] random(int n) {
    return ConvSums.random(random, n);
  }

  /**
   * A rounding is 2⁻²⁴ of a partial sum, which is about √terms and the end; √terms of them add up.
   */
  private static void near(double[] expected, float[] got, int terms) {
    double root = Math.sqrt(terms + 8);
    for (int i = 0; i < got.length; i++) {
      double tolerance = 0x1p-24 * root * (root + Math.abs(expected[i]));
      assertEquals(expected[i], got[i], tolerance, "element " + i);
    }
  }
}
