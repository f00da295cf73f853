package dev.tern.device.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Winograd's convolution and its gradients against sums written out in double. */
@Tag("vector")
class WinogradTest {
  /** Largest error over the root mean square of what is right; what the transforms cost. */
  private static final double ERROR = 1.2e-5;

  /** The same for a weight's gradient: longer sums hide more of it. */
  private static final double WEIGHT_ERROR = 1e-5;

  /** Enough calls that C2 has compiled every loop in a kernel. */
  private static final int WARM = 400;

  @AfterEach
  void on() {
    System.clearProperty("tern.winograd");
  }

  @ParameterizedTest
  @CsvSource({
    // whole tiles and images, several a block
    "9,32,16,16,32",
    "9,16,12,10,16",
    // bands of one image, the last one shorter
    "2,64,56,56,64",
    "1,32,70,23,16",
    // tiles that reach beyond the edge, planes smaller than a vector, single rows and columns
    "3,16,1,1,16",
    "2,16,2,3,16",
    "2,16,5,4,32",
    "3,48,7,9,16",
    "1,16,3,130,16",
    "2,16,41,1,16",
    "1,16,1,300,16",
    // channels that fill no vector
    "2,1,8,8,1",
    "2,5,9,6,3",
    "5,17,8,8,33",
    "2,40,12,12,70",
    "70,24,4,4,20"
  })
  void errorIsBounded(int n, int c, int h, int w, int k) {
    var sums = new ConvSums(n, c, h, w, k);
    float[] y = new float[sums.y.length];
    float[] dx = new float[sums.dx.length];
    float[] dw = new float[sums.dw.length];
    all(sums, y, dx, dw);
    assertTrue(error(sums.y, y) <= ERROR, "forward: " + error(sums.y, y));
    assertTrue(error(sums.dx, dx) <= ERROR, "backward data: " + error(sums.dx, dx));
    assertTrue(error(sums.dw, dw) <= WEIGHT_ERROR, "backward weight: " + error(sums.dw, dw));
  }

  @ParameterizedTest
  @CsvSource({
    // channels, output channels, those of either that are Winograd's: forward, and of the gradient
    "16,16,0,0,0",
    "32,32,32,32,32",
    "49,49,48,48,48",
    "65,33,32,64,32",
    "47,62,62,47,62",
    "20,19,0,0,0"
  })
  void sharesChannelsWithDirectKernels(int c, int k, int out, int gradC, int gradK) {
    assertEquals(out, Winograd.outChannels(c, 9, k));
    assertEquals(new Winograd.Part(gradC, gradK), Winograd.weightPart(c, 9, k));
    var sums = new ConvSums(3, c, 9, 18, k);
    float[] y = plain(sums);
    float[] dx = new float[sums.dx.length];
    float[] dw = new float[sums.dw.length];
    Conv3x3.inputGrad(sums.weight, 0, sums.out(sums.dy, 0), sums.in(dx, 0));
    Conv3x3.weightGrad(sums.in(sums.x, 0), sums.out(sums.dy, 0), dw, 0);
    assertTrue(error(sums.y, y) <= ERROR, "forward: " + error(sums.y, y));
    assertTrue(error(sums.dx, dx) <= ERROR, "backward data: " + error(sums.dx, dx));
    assertTrue(error(sums.dw, dw) <= WEIGHT_ERROR, "backward weight: " + error(sums.dw, dw));
  }

  @ParameterizedTest
  @CsvSource({"5,32,16,16,48", "3,20,6,5,24"})
  void sameBitsOnceCompiled(int n, int c, int h, int w, int k) {
    var sums = new ConvSums(n, c, h, w, k);
    float[][] cold = fresh(sums);
    all(sums, cold[0], cold[1], cold[2]);
    float[][] warm = fresh(sums);
    for (int round = 0; round < WARM; round++) {
      all(sums, warm[0], warm[1], warm[2]);
    }
    assertArrayEquals(cold, warm);
  }

  @ParameterizedTest
  @CsvSource({"21,32,16,16,32", "3,32,40,37,48", "150,32,3,3,32"})
  void sameBitsOnAnyNumberOfThreads(int n, int c, int h, int w, int k) {
    var sums = new ConvSums(n, c, h, w, k);
    int before = Team.threads();
    try {
      Team.setThreads(1);
      float[][] one = fresh(sums);
      all(sums, one[0], one[1], one[2]);
      for (int threads = 2; threads <= 4; threads++) {
        Team.setThreads(threads);
        float[][] more = fresh(sums);
        all(sums, more[0], more[1], more[2]);
        assertArrayEquals(one, more, threads + " threads");
      }
    } finally {
      Team.setThreads(before);
    }
  }

  @ParameterizedTest
  @CsvSource({"19,17", "32,32"})
  void leavesWhatIsAroundItsResultAlone(int c, int k) {
    var sums = new ConvSums(2, c, 9, 5, k);
    float[][] bare = fresh(sums);
    all(sums, bare[0], bare[1], bare[2]);
    float[] y = new float[3 + bare[0].length + 40];
    float[] dx = new float[3 + bare[1].length + 40];
    float[] dw = new float[3 + bare[2].length + 40];
    float[][] bordered = {y, dx, dw};
    for (float[] result : bordered) {
      Arrays.fill(result, 7);
    }
    float[] x = shifted(sums.x, 1);
    float[] weight = shifted(sums.weight, 2);
    float[] bias = shifted(sums.bias, 4);
    float[] dy = shifted(sums.dy, 5);
    Winograd.convolve(sums.in(x, 1), Taps.forward(weight, 2, c), bias, 4, sums.out(y, 3));
    Winograd.convolve(sums.out(dy, 5), Taps.inputGrad(weight, 2, c), null, 0, sums.in(dx, 3));
    Winograd.weightGrad(sums.in(x, 1), sums.out(dy, 5), dw, 3, 9 * c);
    for (int i = 0; i < 3; i++) {
      float[] expected = new float[bordered[i].length];
      Arrays.fill(expected, 7);
      System.arraycopy(bare[i], 0, expected, 3, bare[i].length);
      assertArrayEquals(expected, bordered[i]);
    }
  }

  @Test
  void nanStaysInTheTilesThatSeeIt() {
    var sums = new ConvSums(3, 20, 13, 17, 18);
    float[] clean = forward(sums);
    int image = 1;
    int row = 4; // the first of the second row of tiles, so the first row sees it too
    int column = 10;
    sums.x[((image * 20 + 19) * 13 + row) * 17 + column] = Float.NaN;
    float[] y = forward(sums);
    for (int i = 0; i < y.length; i++) {
      int r = i / 17 % 13;
      int j = i % 17;
      boolean sees = i / (18 * 13 * 17) == image && r < 8 && j >= 8 && j < 12;
      if (!sees) {
        assertEquals(clean[i], y[i], "element " + i);
      } else if (Math.abs(r - row) <= 1 && Math.abs(j - column) <= 1) {
        assertTrue(Float.isNaN(y[i]), "element " + i);
      }
    }
  }

  @Test
  void infiniteInputsDoNotBecomeFinite() {
    var sums = new ConvSums(1, 32, 8, 8, 32);
    sums.x[5 * 64 + 3 * 8 + 3] = Float.POSITIVE_INFINITY;
    float[] y = forward(sums);
    for (int o = 0; o < 32; o++) {
      assertTrue(!Float.isFinite(y[o * 64 + 3 * 8 + 3]), "channel " + o);
    }
  }

  @Test
  void offMeansTheDirectKernelsBits() {
    var sums = new ConvSums(3, 32, 8, 8, 32);
    float[] on = plain(sums);
    System.setProperty("tern.winograd", "off");
    float[] off = plain(sums);
    assertTrue(error(sums.y, off) < 3e-6, "direct: " + error(sums.y, off));
    assertTrue(!Arrays.equals(on, off), "the switch changes nothing");
    assertArrayEquals(forward(sums), on);
  }

  @Test
  void hugeOperandsStayDirect() {
    assertNotNull(Winograd.kernels(512, 224, 512));
    assertNull(Winograd.kernels(32, 1 << 20, 32));
    assertNull(Winograd.kernels(4096, 7, 4096));
    assertNull(Winograd.kernels(15, 16, 64));
  }

  private static float[] forward(ConvSums s) {
    float[] y = new float[s.y.length];
    Winograd.convolve(s.in(s.x, 0), Taps.forward(s.weight, 0, s.c), s.bias, 0, s.out(y, 0));
    return y;
  }

  private static float[] plain(ConvSums s) {
    float[] y = new float[s.y.length];
    Conv3x3.forward(s.in(s.x, 0), s.weight, 0, s.bias, 0, s.out(y, 0));
    return y;
  }

  private static void all(ConvSums s, float[] y, float[] dx, float[] dw) {
    Planes x = s.in(s.x, 0);
    Planes dy = s.out(s.dy, 0);
    Winograd.convolve(x, Taps.forward(s.weight, 0, s.c), s.bias, 0, s.out(y, 0));
    Winograd.convolve(dy, Taps.inputGrad(s.weight, 0, s.c), null, 0, s.in(dx, 0));
    Winograd.weightGrad(x, dy, dw, 0, 9 * s.c);
  }

  private static float[][] fresh(ConvSums s) {
    return new float[][] {new float[s.y.length], new float[s.dx.length], new float[s.dw.length]};
  }

  private static float[] shifted(float[] values, int by) {
    return ConvSums.concat(ConvSums.random(new SplittableRandom(1), by), values);
  }

  private static double error(double[] expected, float[] got) {
    double squares = 0;
    double largest = 0;
    for (int i = 0; i < got.length; i++) {
      squares += expected[i] * expected[i];
      largest = Math.max(largest, Math.abs(expected[i] - got[i]));
    }
    return largest / Math.sqrt(squares / got.length);
  }
}
