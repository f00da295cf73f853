package dev.tern.device.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Matrix products against sums in double: whole tiles, edges, both operands stored either way. */
class GemmTest {
  private static final int WARM = 300;

  private final SplittableRandom random = new SplittableRandom(5);

  @ParameterizedTest
  @CsvSource({
    "1,1,1",
    "3,2,40",
    "4,64,7",
    "5,65,300",
    "64,32,512",
    "7,33,513",
    "130,70,20",
    "2,600,9",
    "33,31,1",
    "1,4500,33",
    "3,5,100",
    "3000,1,50",
    "70,3,129",
    "9,48,600",
    "260,113,40",
    "16,16,16"
  })
  void agreesWithSumsInDouble(int m, int n, int k) {
    for (int flags = 0; flags < 8; flags++) {
      boolean ta = (flags & 1) != 0;
      boolean tb = (flags & 2) != 0;
      boolean accumulate = (flags & 4) != 0;
      float[] a = random(m * k + 3);
      float[] b = random(k * n + 5);
      float[] c = random(m * n + 9);
      var expected = new double[m * n];
      for (int i = 0; i < m * n; i++) {
        double sum = accumulate ? c[2 + i] : 0;
        for (int l = 0; l < k; l++) {
          double left = a[3 + (ta ? l * m + i / n : i / n * k + l)];
          sum += left * b[5 + (tb ? i % n * k + l : l * n + i % n)];
        }
        expected[i] = sum;
      }
      float[] got = c.clone();
      Gemm.sgemm(ta, tb, m, n, k, a, 3, b, 5, got, 2, accumulate);
      near(expected, got, c, k);
      for (Simd simd : new Simd[] {new ScalarSimd(), Simd.get().compiled()}) {
        float[] cold = c.clone();
        block(simd, ta, tb, m, n, k, a, b, cold, accumulate);
        near(expected, cold, c, k);
        float[] warm = cold;
        for (int round = 0; round < WARM; round++) {
          warm = c.clone();
          block(simd, ta, tb, m, n, k, a, b, warm, accumulate);
        }
        assertArrayEquals(cold, warm, "bits, once compiled");
      }
    }
  }

  @Test
  void anEmptySumIsZero() {
    float[] c = {1, 2, 3, 4};
    Gemm.sgemm(false, false, 2, 2, 0, new float[0], 0, new float[0], 0, c, 0, true);
    assertArrayEquals(new float[] {1, 2, 3, 4}, c);
    Gemm.sgemm(false, false, 2, 2, 0, new float[0], 0, new float[0], 0, c, 0, false);
    assertArrayEquals(new float[4], c);
  }

  @Test
  void zeroTimesInfinityIsNotLost() {
    float[] a = new float[64 * 64];
    float[] b = new float[64 * 64];
    b[70] = Float.POSITIVE_INFINITY; // row 1, column 6
    float[] c = new float[64 * 64];
    Gemm.sgemm(false, false, 64, 64, 64, a, 0, b, 0, c, 0, false);
    assertEquals(Float.NaN, c[6]);
    assertEquals(0f, c[7]);
  }

  @ParameterizedTest
  @CsvSource({"300,1100,200", "64,32,4096", "1030,65,170", "3,5000,600"})
  void sameBitsOnAnyNumberOfThreads(int m, int n, int k) {
    float[] a = random(m * k);
    float[] b = random(k * n);
    int before = Team.threads();
    try {
      for (int flags = 0; flags < 4; flags++) {
        float[] one = product(1, flags, m, n, k, a, b);
        for (int threads : new int[] {2, 3, 16}) {
          assertArrayEquals(one, product(threads, flags, m, n, k, a, b), threads + " threads");
        }
      }
    } finally {
      Team.setThreads(before);
    }
  }

  private static float[] product(
      int threads, int flags, int m, int n, int k, float[] a, float[] b) {
    Team.setThreads(threads);
    float[] c = new float[m * n];
    Gemm.sgemm((flags & 1) != 0, (flags & 2) != 0, m, n, k, a, 0, b, 0, c, 0, false);
    return c;
  }

  private static void block(
      Simd simd,
      boolean ta,
      boolean tb,
      int m,
      int n,
      int k,
      float[] a,
      float[] b,
      float[] c,
      boolean accumulate) {
    simd.gemm(ta, tb, m, n, k, a, 3, ta ? m : k, b, 5, tb ? k : n, c, 2, n, accumulate);
  }

  /**
   * A rounding is 2⁻²⁴ of a partial sum, which is about √terms and the end; √terms of them add up.
   */
  private static void near(double[] expected, float[] got, float[] before, int k) {
    double root = Math.sqrt(k + 8);
    for (int i = 0; i < expected.length; i++) {
      double tolerance = 0x1p-24 * root * (root + Math.abs(expected[i]));
      assertEquals(expected[i], got[2 + i], tolerance, "element " + i);
    }
    for (int i = 0; i < 9; i++) {
      int outside = i < 2 ? i : expected.length + i;
      assertEquals(before[outside], got[outside], "beside the result");
    }
  }

  private float[] random(int n) {
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = (float) (random.nextDouble() * 2 - 1);
    }
    return values;
  }
}
