package dev.tern.device.cpu.vector;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What holds whatever the clock says, before and after the reads are compiled. */
class CacheLinesTest {
  private static final long MUCH = 1L << 31;

  @BeforeEach
  void needsVectors() {
    assumeTrue(ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent());
  }

  @Test
  void aStartIsAnObjectsDistanceFromALineAndLeavesTheRestOfTheArray() {
    for (int round = 0; round < 300; round++) {
      int start = CacheLines.start(new float[2000 + 2 * round], MUCH);
      assertTrue(start >= 0 && start < CacheLines.LINE && start % 2 == 0, "start " + start);
    }
  }

  @Test
  void shortArraysAndLittleWorkAreNotAskedFor() {
    for (int round = 0; round < 300; round++) {
      assertEquals(0, CacheLines.start(new float[40], MUCH));
      assertEquals(0, CacheLines.start(new float[2000 + 2 * round], 1000));
    }
  }

  @Test
  void aProductHasTheSameBitsWhereverItsPanelsBegin() {
    int n = 96;
    int k = 1024;
    var random = new SplittableRandom(1);
    float[] a = random(random, n * k);
    float[] b = random(random, k * n);
    float[] first = product(n, k, a, b);
    for (int round = 0; round < 40; round++) {
      CacheLines.start(new float[2000], MUCH); // so that the next product asks anew
      if (round % 10 == 0) {
        System.gc();
      }
      assertArrayEquals(first, product(n, k, a, b));
    }
  }

  private static float[] product(int n, int k, float[] a, float[] b) {
    float[] c = new float[n * n];
    VectorGemm.gemm(false, false, n, n, k, a, 0, k, b, 0, n, c, 0, n, false);
    return c;
  }

  private static float[] random(SplittableRandom random, int n) {
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = (float) random.nextDouble() - 0.5f;
    }
    return values;
  }
}
