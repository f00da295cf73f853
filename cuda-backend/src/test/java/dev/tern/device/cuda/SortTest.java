package dev.tern.device.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.tern.shape.ShapeException;
import org.junit.jupiter.api.Test;

/** How rows are cut and how much memory that takes, at sizes that no test has memory for. */
class SortTest {
  private static final int MOST = Integer.MAX_VALUE;

  @Test
  void runsOfTheLongestRows() {
    int[] n = {1, 2, 3, 1025, 2047, 2048, 2049, (1 << 30) + 1, MOST};
    int[] sizes = {1, 2, 4, 2048, 2048, 2048, 2048, 2048, 2048};
    for (int i = 0; i < n.length; i++) {
      assertEquals(sizes[i], Sort.atOnce(n[i]));
    }
    assertEquals(1, Sort.runs(2048, 2048));
    assertEquals(2, Sort.runs(2049, 2048));
    assertEquals(1 << 20, Sort.runs(MOST, 2048));
  }

  @Test
  void keysThatNoStorageHoldsAreRefused() {
    assertEquals(MOST, Sort.keys(false, 1, MOST));
    assertEquals(MOST - 1, Sort.keys(true, 1, MOST / 2));
    String said =
        assertThrows(ShapeException.class, () -> Sort.keys(true, 2, 1 << 29)).getMessage();
    assertEquals(
        "sort: 2 rows of 536870912 elements of 64 bits; on CUDA rows longer than 2048 have"
            + " 1073741823 elements at most, all together",
        said);
  }
}
