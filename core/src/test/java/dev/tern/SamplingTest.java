package dev.tern;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tern.device.Generator;
import dev.tern.shape.DType;
import dev.tern.shape.Shape;
import dev.tern.shape.ShapeException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Draws have the frequencies that their weights say. */
class SamplingTest {
  private static final int DRAWS = 20_000;

  @BeforeEach
  void seed() {
    Generator.manualSeed(11);
  }

  /** Within five standard deviations of a binomial count. */
  private static void assertFrequencies(double[] p, Tensor indices) {
    long[] counts = indices.reshape(-1).bincount(p.length).toLongArray();
    for (int i = 0; i < p.length; i++) {
      double spread = Math.sqrt(DRAWS * p[i] * (1 - p[i]));
      assertEquals(DRAWS * p[i], (double) counts[i], 5 * spread, "index " + i);
    }
  }

  @Test
  void withReplacement() {
    Tensor weights = Tensor.of(0.0, 1.0, 3.0, 0.0, 4.0, 0.0);
    double[] p = {0, 0.125, 0.375, 0, 0.5, 0};
    assertFrequencies(p, weights.multinomial(DRAWS, true));
    Tensor rows = Tensor.vstack(java.util.List.of(weights, Tensor.of(1.0, 0, 0, 0, 0, 0)));
    Tensor drawn = rows.to(DType.FLOAT32).multinomial(DRAWS, true);
    assertEquals(Shape.of(2, DRAWS), drawn.shape());
    assertFrequencies(p, drawn.select(0, 0));
    assertEquals(0, drawn.select(0, 1).max().itemLong());
  }

  @Test
  void withoutReplacementTheFirstHasTheWeightsAndNoneComesTwice() {
    Tensor weights = Tensor.of(0.0, 1.0, 3.0, 4.0).expand(DRAWS, 4).contiguous();
    Tensor drawn = weights.multinomial(3, false);
    assertFrequencies(new double[] {0, 0.125, 0.375, 0.5}, drawn.select(1, 0));
    Tensor sorted = drawn.sort(1).values();
    assertArrayEquals(
        new long[] {1, 2, 3},
        sorted.amax(false, 0).toLongArray()); // each draw is some order of the three
    assertArrayEquals(new long[] {1, 2, 3}, sorted.amin(false, 0).toLongArray());
    // after 1 (weight 1), 2 follows with 3/7
    Tensor second = drawn.select(1, 1).maskedSelect(drawn.select(1, 0).eq(1));
    double share = (double) second.eq(2).sum().itemLong() / second.numel();
    assertEquals(3 / 7.0, share, 5 * Math.sqrt(0.25 / second.numel()));
  }

  @Test
  void bernoulli() {
    Tensor drawn = Tensor.of(0.0, 0.25, 1.0).expand(DRAWS, 3).contiguous().bernoulli();
    double[] sums = drawn.sum(0).toDoubleArray();
    assertEquals(0, sums[0]);
    assertEquals(DRAWS * 0.25, sums[1], 5 * Math.sqrt(DRAWS * 0.25 * 0.75));
    assertEquals(DRAWS, sums[2]);
  }

  @Test
  void aSeedGivesTheSameDraws() {
    Tensor weights = Tensor.of(1.0, 2.0, 3.0);
    long[] first = weights.multinomial(50, true).toLongArray();
    seed();
    assertArrayEquals(first, weights.multinomial(50, true).toLongArray());
  }

  @Test
  void weightsThatDoNotFitAreShown() {
    Tensor weights = Tensor.of(1.0, 0.0, -0.5);
    var e = assertThrows(IllegalArgumentException.class, () -> weights.multinomial(1, true));
    assertTrue(String.valueOf(e.getMessage()).contains("-0.5"), e.getMessage());
    Tensor one = Tensor.of(1.0, 0.0);
    assertThrows(IllegalArgumentException.class, () -> one.multinomial(2, false));
    assertThrows(IllegalArgumentException.class, () -> one.mul(0).multinomial(1, true));
    assertThrows(IllegalArgumentException.class, () -> one.mul(2).bernoulli());
    assertThrows(ShapeException.class, () -> Tensor.zeros(2, 2, 2).multinomial(1, true));
  }
}
