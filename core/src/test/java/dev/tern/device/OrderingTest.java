package dev.tern.device;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.tern.shape.DType;
import dev.tern.shape.DTypeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Scans and sorting: the CPU's kernels and the composed ones against their definitions. */
class OrderingTest {
  private static final Backend CPU = Plain.CPU;
  private static final DType[] TYPES = {
    DType.FLOAT64, DType.FLOAT32, DType.INT64, DType.INT32, DType.UINT8, DType.BOOL
  };

  /** Few different numbers, so that there are ties; NaN, infinities and -0 among the floats. */
  private static double[] numbers(DType dtype, int n) {
    var random = new Random(n);
    double[] special = {Double.NaN, -0.0, 0.0, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY};
    double[] x = new double[n];
    for (int i = 0; i < n; i++) {
      boolean odd = dtype.isFloatingPoint() && random.nextInt(4) == 0;
      int whole = random.nextInt(dtype == DType.BOOL ? 2 : 5);
      x[i] = odd ? special[random.nextInt(special.length)] : whole - (isSigned(dtype) ? 2 : 0);
    }
    return x;
  }

  private static boolean isSigned(DType dtype) {
    return dtype != DType.UINT8 && dtype != DType.BOOL;
  }

  /** Where the n elements of a row are. */
  private static int[] row(int o, int n, int inner, int j) {
    int[] at = new int[n];
    Arrays.setAll(at, i -> (o * n + i) * inner + j);
    return at;
  }

  @ParameterizedTest
  @CsvSource({"3, 7, 1", "2, 5, 4", "1, 1, 1", "1, 40, 1", "2, 0, 3", "0, 3, 2", "1, 17, 3"})
  void sorting(int outer, int n, int inner) {
    for (DType dtype : TYPES) {
      double[] x = numbers(dtype, outer * n * inner);
      for (boolean descending : new boolean[] {false, true}) {
        double[] indices = new double[x.length];
        double[] values = new double[x.length];
        for (int r = 0; r < outer * inner; r++) {
          int[] at = row(r / inner, n, inner, r % inner);
          List<Integer> order = new ArrayList<>();
          for (int i = 0; i < n; i++) {
            order.add(i);
          }
          // compare has NaN above everything and is stable; -0 must not come before 0
          order.sort(
              (a, b) -> {
                int sign = Double.compare(x[at[a]] + 0.0, x[at[b]] + 0.0);
                return descending ? -sign : sign;
              });
          for (int i = 0; i < n; i++) {
            indices[at[i]] = order.get(i);
            values[at[i]] = x[at[order.get(i)]];
          }
        }
        for (boolean composed : new boolean[] {false, true}) {
          Data in = Plain.of(dtype, x, outer, n, inner);
          Data sorted = Plain.empty(dtype, outer, n, inner);
          Data places = Plain.empty(DType.INT64, outer, n, inner);
          if (composed) {
            Ordering.sort(CPU, outer, n, inner, descending, in, sorted, places);
          } else {
            CPU.sort(outer, n, inner, descending, in, sorted, places);
          }
          String what = dtype + (descending ? " descending" : "") + (composed ? " composed" : "");
          assertArrayEquals(indices, Plain.values(places), what);
          assertArrayEquals(values, Plain.values(sorted), what); // the bits of -0 too
        }
      }
    }
  }

  @Test
  void longRowsOnSeveralThreads() {
    int n = 20_011;
    double[] x = Plain.random(3, 3 * n);
    Data values = Plain.empty(DType.FLOAT64, 3, n);
    Data indices = Plain.empty(DType.INT64, 3, n);
    CPU.sort(3, n, 1, false, Plain.of(DType.FLOAT64, x, 3, n), values, indices);
    double[] expected = x.clone();
    for (int r = 0; r < 3; r++) {
      Arrays.sort(expected, r * n, (r + 1) * n);
    }
    assertArrayEquals(expected, Plain.values(values));
    double[] from = Plain.values(indices);
    for (int i = 0; i < expected.length; i++) {
      assertEquals(expected[i], x[i / n * n + (int) from[i]]);
    }
  }

  private static double combine(ScanOp op, double a, double b) {
    return switch (op) {
      case SUM -> a + b;
      case PROD -> a * b;
      case MAX -> Math.max(a, b);
      case MIN -> Math.min(a, b);
    };
  }

  private static double[] unsigned(double[] x) {
    return Arrays.stream(x).map(v -> v + 0.0).toArray();
  }

  @ParameterizedTest
  @CsvSource({"3, 7, 1", "2, 5, 4", "1, 1, 1", "1, 33, 2", "2, 0, 3", "0, 3, 2"})
  void scans(int outer, int n, int inner) {
    for (DType dtype : new DType[] {DType.FLOAT64, DType.FLOAT32, DType.INT64}) {
      double[] x = numbers(dtype, outer * n * inner);
      for (ScanOp op : ScanOp.values()) {
        double[] expected = x.clone();
        for (int r = 0; r < outer * inner; r++) {
          int[] at = row(r / inner, n, inner, r % inner);
          for (int i = 1; i < n; i++) {
            double sofar = combine(op, expected[at[i - 1]], expected[at[i]]);
            expected[at[i]] = dtype.isFloatingPoint() ? sofar : sofar + 0.0; // there is no whole -0
          }
        }
        Data out = Plain.empty(dtype, outer, n, inner);
        CPU.scan(op, outer, n, inner, Plain.of(dtype, x, outer, n, inner), out);
        assertArrayEquals(expected, Plain.values(out), dtype + " " + op);
        Ordering.scan(CPU, op, outer, n, inner, Plain.of(dtype, x, outer, n, inner), out);
        // which of -0 and 0 is the larger is the device's to say there
        assertArrayEquals(
            unsigned(expected), unsigned(Plain.values(out)), dtype + " " + op + " composed");
      }
    }
  }

  @Test
  void singlePrecisionIsAccumulatedInDouble() {
    int n = 100_000;
    double[] tenths = new double[n];
    Arrays.fill(tenths, (double) 0.1f);
    Data out = Plain.empty(DType.FLOAT32, n);
    CPU.scan(ScanOp.SUM, 1, n, 1, Plain.of(DType.FLOAT32, tenths, n), out);
    assertEquals((double) (float) (n * (double) 0.1f), Plain.values(out)[n - 1], 1e-3);
  }

  @Test
  void smallWholeNumbersAddUpToLargeOnes() {
    Data out = Plain.empty(DType.INT64, 3);
    CPU.scan(ScanOp.SUM, 1, 3, 1, Plain.of(DType.UINT8, new double[] {200, 200, 1}, 3), out);
    assertArrayEquals(new double[] {200, 400, 401}, Plain.values(out));
  }

  @Test
  void halvesAreRefused() {
    Data half = Plain.of(DType.FLOAT16, new double[] {1, 2}, 2);
    Data index = Plain.empty(DType.INT64, 2);
    assertThrows(DTypeException.class, () -> CPU.scan(ScanOp.SUM, 1, 2, 1, half, half));
    assertThrows(DTypeException.class, () -> CPU.sort(1, 2, 1, false, half, half, index));
  }
}
