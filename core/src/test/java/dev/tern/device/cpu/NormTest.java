package dev.tern.device.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Batch normalisation and log-softmax against their formulas in double. */
class NormTest {
  private static final double EPS = 1e-5;

  private final SplittableRandom random = new SplittableRandom(11);

  @ParameterizedTest
  @CsvSource({
    "4,3,1,0",
    "2,5,7,0",
    "8,2,256,3",
    "3,1,1000,-20",
    "16,4,33,100",
    "40,3,256,5",
    "3,2,5000,1",
    "5000,2,1,0"
  })
  void batchNormAndItsGradient(int n, int c, int positions, float mean) {
    float[] x = random(n * c * positions, mean);
    float[] dy = random(n * c * positions, 0);
    float[] weight = random(c, 1);
    float[] bias = random(c, 0);
    float[] y = new float[x.length];
    float[] dx = new float[x.length];
    float[] means = new float[c];
    float[] vars = new float[c];
    float[] dweight = new float[c];
    float[] dbias = new float[c];
    Norm.forward(n, c, positions, EPS, x, 0, weight, 0, bias, 0, y, 0, means, 0, vars, 0);
    Norm.grad(
        n, c, positions, EPS, x, 0, weight, 0, means, 0, vars, 0, dy, 0, dx, 0, dweight, 0, dbias,
        0);
    double count = (double) n * positions;
    double rounding = 1e-6 * (1 + Math.abs(mean)); // of x, beside its deviation of about 1
    for (int channel = 0; channel < c; channel++) {
      int own = channel;
      double m = total(n, c, positions, own, i -> x[i]) / count;
      double var = total(n, c, positions, own, i -> (x[i] - m) * (x[i] - m)) / count;
      double inverse = 1 / Math.sqrt(var + EPS);
      double sum = total(n, c, positions, own, i -> dy[i]);
      double slope = total(n, c, positions, own, i -> dy[i] * (x[i] - m) * inverse);
      assertEquals(m, means[channel], rounding);
      assertEquals(var, vars[channel], 1e-6 * (1 + var));
      assertEquals(sum, dbias[channel], 1e-7 * (count + 10));
      assertEquals(slope, dweight[channel], 1e-6 * (1 + Math.abs(mean)) * Math.sqrt(count));
      for (int i = 0; i < x.length; i++) {
        if (i / positions % c == channel) {
          double hat = (x[i] - m) * inverse;
          assertEquals(hat * weight[channel] + bias[channel], y[i], 4 * rounding);
          double expected = weight[channel] * inverse * (dy[i] - sum / count - hat * slope / count);
          assertEquals(expected, dx[i], 4 * rounding);
        }
      }
    }
  }

  @Test
  void batchNormHasTheSameBitsOnAnyNumberOfThreads() {
    int before = Team.threads();
    try {
      Team.setThreads(1);
      float[][] alone = normalised(40, 6, 256);
      Team.setThreads(3);
      assertArrayEquals(alone, normalised(40, 6, 256));
    } finally {
      Team.setThreads(before);
    }
  }

  /** What both passes write, from the same numbers each time. */
  private static float[][] normalised(int n, int c, int positions) {
    float[] x = new float[n * c * positions];
    float[] dy = new float[x.length];
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) Math.sin(i);
      dy[i] = (float) Math.cos(3 * i);
    }
    float[][] out = {
      new float[x.length],
      new float[c],
      new float[c],
      new float[x.length],
      new float[c],
      new float[c]
    };
    Norm.forward(n, c, positions, EPS, x, 0, null, 0, null, 0, out[0], 0, out[1], 0, out[2], 0);
    Norm.grad(
        n, c, positions, EPS, x, 0, null, 0, out[1], 0, out[2], 0, dy, 0, out[3], 0, out[4], 0,
        out[5], 0);
    return out;
  }

  /**
   * Blocks are summed about the mean of their first images, which multiplies rounding by 16 at
   * most.
   */
  @ParameterizedTest
  @ValueSource(floats = {0, 1, 1e4f})
  void firstImagesMayBeFarFromTheOthers(float off) {
    int n = 32;
    int positions = 128;
    float[] x = random(n * positions, 0);
    for (int i = 0; i < 2 * positions; i++) {
      x[i] = off == 0 ? x[i] : off + x[i] * 1e-3f;
    }
    float[] mean = new float[1];
    float[] var = new float[1];
    Norm.forward(
        n, 1, positions, EPS, x, 0, null, 0, null, 0, new float[x.length], 0, mean, 0, var, 0);
    double m = total(n, 1, positions, 0, i -> x[i]) / x.length;
    double expected = total(n, 1, positions, 0, i -> (x[i] - m) * (x[i] - m)) / x.length;
    assertEquals(m, mean[0], 1e-6 * (1 + m));
    assertEquals(expected, var[0], 16 * 2 * Math.ulp(1f) * expected);
  }

  @Test
  void varianceOfEqualNumbersIsNotBelowZero() {
    for (float number : new float[] {3.3f, -0.1f, 1e15f, 0}) {
      float[] x = new float[32 * 128];
      Arrays.fill(x, number);
      float[] var = new float[1];
      Norm.forward(
          32, 1, 128, EPS, x, 0, null, 0, null, 0, new float[x.length], 0, new float[1], 0, var, 0);
      assertEquals(0, var[0], 1e-14 * number * number, "of " + number);
      assertTrue(var[0] >= 0, "of " + number);
    }
  }

  @Test
  void batchNormNeedsNoWeight() {
    float[] x = {1, 3, 5, 7};
    float[] y = new float[4];
    Norm.forward(2, 1, 2, 0, x, 0, null, 0, null, 0, y, 0, new float[1], 0, new float[1], 0);
    float third = (float) (1 / Math.sqrt(5));
    assertArrayEquals(new float[] {-3 * third, -third, third, 3 * third}, y, 1e-6f);
  }

  @ParameterizedTest
  @CsvSource({"3,2,0", "5,10,500", "2,1000,-3", "4,1,7"})
  void logSoftmaxAndItsGradient(int rows, int n, float mean) {
    float[] x = random(rows * n, mean);
    float[] dy = random(rows * n, 0);
    float[] y = new float[rows * n];
    float[] dx = new float[rows * n];
    LogSoftmax.forward(rows, n, x, 0, y, 0);
    LogSoftmax.grad(rows, n, y, 0, dy, 0, dx, 0);
    for (int r = 0; r < rows; r++) {
      double peak = mean;
      double sum = 0;
      double gradients = 0;
      for (int i = r * n; i < (r + 1) * n; i++) {
        sum += Math.exp(x[i] - peak);
        gradients += dy[i];
      }
      for (int i = r * n; i < (r + 1) * n; i++) {
        double expected = x[i] - peak - Math.log(sum);
        assertEquals(expected, y[i], 1e-6 * (1 + Math.abs(expected)));
        assertEquals(dy[i] - Math.exp(expected) * gradients, dx[i], 1e-6 * (1 + n * 1e-2));
      }
    }
  }

  @Test
  void logSoftmaxOfInfinities() {
    float minus = Float.NEGATIVE_INFINITY;
    float[] y = new float[2];
    LogSoftmax.forward(1, 2, new float[] {0, minus}, 0, y, 0);
    assertArrayEquals(new float[] {0, minus}, y);
  }

  private interface Term {
    double at(int i);
  }

  private static double total(int n, int c, int positions, int channel, Term term) {
    double total = 0;
    for (int i = 0; i < n * c * positions; i++) {
      total += i / positions % c == channel ? term.at(i) : 0;
    }
    return total;
  }

  private float[] random(int n, float mean) {
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = (float) (mean + (random.nextDouble() * 2 - 1) * 1.7);
    }
    return values;
  }
}
