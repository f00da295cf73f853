package dev.tern.device;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tern.shape.Shape;
import dev.tern.shape.ShapeException;
import dev.tern.shape.View;
import org.junit.jupiter.api.Test;

/** What a backend works out of indices; where it works later, the wait throws what is wrong. */
class IndexingTest {
  private static final Backend CPU = Plain.CPU;
  private static final IndexRange FOUR = new IndexRange(4, "class %d at position %d is none of %d");

  private static String refused(Runnable work) {
    return assertThrows(
            ShapeException.class,
            () -> {
              work.run();
              CPU.synchronize();
            })
        .getMessage();
  }

  @Test
  void placesAreWhereAViewSeesAndTheIndexPoints() {
    // of [2, 4, 3], along the middle, for an index [2, 2, 3]
    View view = View.strided(Shape.of(2, 2, 3), new int[] {12, 0, 1}, 5);
    Data index = Plain.longs(0, 1, 2, 3, 3, 3, 1, 0, 2, 0, 0, 0);
    Data out = Plain.longs(new long[12]);
    CPU.places(FOUR, view, 3, index, out);
    assertArrayEquals(
        new double[] {5, 9, 13, 14, 15, 16, 20, 18, 25, 17, 18, 19}, Plain.values(out));
    assertEquals(
        "class 4 at position 1 is none of 4",
        refused(
            () ->
                CPU.places(
                    FOUR,
                    View.dense(Shape.of(3), 0),
                    1,
                    Plain.longs(1, 4, 2),
                    Plain.longs(0, 0, 0))));
  }

  @Test
  void placesOfManyDimensions() {
    int[] sizes = {2, 1, 2, 3, 1, 2, 2, 1, 2, 2, 2};
    Shape shape = Shape.of(sizes);
    int[] strides = shape.strides();
    for (int d = 0; d < sizes.length; d += 2) {
      strides[d] = strides[d] * 2 + d; // nothing merges
    }
    View view = View.strided(shape, strides, 3);
    long[] index = new long[shape.numel()];
    double[] expected = new double[index.length];
    for (int i = 0; i < index.length; i++) {
      index[i] = i % 4;
      int rest = i;
      int place = 3;
      for (int d = sizes.length - 1; d >= 0; rest /= sizes[d--]) {
        place += rest % sizes[d] * strides[d];
      }
      expected[i] = place + 7 * (i % 4);
    }
    Data out = Plain.longs(new long[index.length]);
    CPU.places(FOUR, view, 7, Plain.longs(index), out);
    assertArrayEquals(expected, Plain.values(out));
  }

  @Test
  void theLatestOfEachPlace() {
    Data origins = Plain.longs(7, 7, 7, 7, 7);
    CPU.latest(Plain.longs(3, 1, 3, 0, 1), origins);
    assertArrayEquals(new double[] {3, 4, -1, 2, -1}, Plain.values(origins));
  }

  @Test
  void aRangeSaysWhatIsInIt() {
    assertTrue(FOUR.contains(3));
    assertFalse(FOUR.contains(4));
    assertFalse(FOUR.contains(-1));
  }
}
