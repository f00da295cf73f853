package dev.tern.device;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tern.shape.DType;
import dev.tern.shape.ShapeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The negative log-likelihood and its gradient; where labels are checked later, a wait throws. */
class LikelihoodTest {
  private static final Backend CPU = Plain.CPU;
  private static final IndexRange THREE =
      new IndexRange(3, "class %d at position %d is none of %d");

  /** Of [2, 3, 2]; the last position is left out, though what it would read is infinite. */
  private static final NllSpec SPEC = new NllSpec(2, 2, THREE, -100);

  private static final double[] X = {
    -1, -2, -3, -4, -5, -6, -7, -8, -9, -10, -11, Double.NEGATIVE_INFINITY
  };

  private static Data labels() {
    return Plain.longs(2, 0, 1, -100);
  }

  @ParameterizedTest
  @EnumSource(names = {"FLOAT32", "FLOAT64"})
  void weighted(DType dtype) {
    Data weight = Plain.of(dtype, new double[] {0.5, 2, 4}, 3);
    Data losses = Plain.empty(dtype, 2, 2);
    Data counts = Plain.empty(dtype, 2, 2);
    assertTrue(CPU.nll(SPEC, Plain.of(dtype, X, 2, 3, 2), labels(), weight, losses, counts));
    assertArrayEquals(new double[] {20, 1, 18, 0}, Plain.values(losses));
    assertArrayEquals(new double[] {4, 0.5, 2, 0}, Plain.values(counts));
    Data dx = Plain.empty(dtype, 2, 3, 2);
    CPU.nllGrad(SPEC, labels(), counts, Plain.of(dtype, new double[] {1, 2, 3, 4}, 2, 2), dx);
    double[] expected = new double[12];
    expected[4] = -4;
    expected[1] = -1;
    expected[8] = -6;
    double[] got = Plain.values(dx);
    for (int i = 0; i < 12; i++) {
      assertEquals(expected[i] + 0.0, got[i] + 0.0, "element " + i);
    }
  }

  @Test
  void withoutWeightsEachCountsOne() {
    Data losses = Plain.empty(DType.FLOAT32, 2, 2);
    Data counts = Plain.empty(DType.FLOAT32, 2, 2);
    Data x = Plain.of(DType.FLOAT32, X, 2, 3, 2);
    assertTrue(CPU.nll(SPEC, x, labels(), null, losses, counts));
    assertArrayEquals(new double[] {5, 2, 9, 0}, Plain.values(losses));
    assertArrayEquals(new double[] {1, 1, 1, 0}, Plain.values(counts));
  }

  /** A class may be what is ignored; its own position is then left out. */
  @Test
  void aClassMayBeIgnored() {
    NllSpec spec = new NllSpec(2, 2, THREE, 1);
    Data losses = Plain.empty(DType.FLOAT64, 2, 2);
    Data counts = Plain.empty(DType.FLOAT64, 2, 2);
    Data target = Plain.longs(2, 0, 1, 0);
    CPU.nll(spec, Plain.of(DType.FLOAT64, X, 2, 3, 2), target, null, losses, counts);
    assertArrayEquals(new double[] {5, 2, 0, 8}, Plain.values(losses));
    Data dx = Plain.empty(DType.FLOAT64, 2, 3, 2);
    Data ones = Plain.of(DType.FLOAT64, new double[] {1, 1, 1, 1}, 2, 2);
    CPU.nllGrad(spec, target, ones, ones, dx);
    double[] got = Plain.values(dx);
    assertEquals(0, got[8] + 0.0); // whatever the counts say
    assertEquals(-1, got[7]);
  }

  @Test
  void nothingIsNothing() {
    NllSpec none = new NllSpec(0, 2, THREE, -100);
    Data empty = Plain.empty(DType.FLOAT32, 0, 2);
    Data x = Plain.empty(DType.FLOAT32, 0, 3, 2);
    CPU.nll(none, x, Plain.longs(), null, empty, empty);
    CPU.nllGrad(none, Plain.longs(), empty, empty, x);
    CPU.synchronize();
  }

  private static String refused(IndexRange classes, long... target) {
    return assertThrows(
            ShapeException.class,
            () -> {
              take(classes, target);
              CPU.synchronize();
            })
        .getMessage();
  }

  private static void take(IndexRange classes, long... target) {
    int n = target.length;
    Data x = Plain.empty(DType.FLOAT32, n, classes.n());
    Data out = Plain.empty(DType.FLOAT32, n);
    CPU.nll(new NllSpec(n, 1, classes, -100), x, Plain.longs(target), null, out, out);
  }

  @Test
  void labelsAreChecked() {
    take(THREE, 0, -100, 2);
    CPU.synchronize();
    for (long wrong : new long[] {-1, 3, Long.MIN_VALUE, 1L << 32}) {
      assertEquals("class " + wrong + " at position 2 is none of 3", refused(THREE, 0, 1, wrong));
    }
    CPU.synchronize(); // said once
  }

  @Test
  void theMessageIsTheFirstWrongOperations() {
    IndexRange other = new IndexRange(2, "another: %d, %d, %d");
    String said =
        assertThrows(
                ShapeException.class,
                () -> {
                  take(THREE, 7);
                  take(other, 9);
                  CPU.synchronize();
                })
            .getMessage();
    assertEquals("class 7 at position 0 is none of 3", said);
  }
}
