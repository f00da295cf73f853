package dev.tern.device;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tern.shape.DType;
import dev.tern.shape.DTypeException;
import dev.tern.shape.Shape;
import dev.tern.shape.ShapeException;
import dev.tern.shape.View;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The CPU's reductions, products, strided copies and index kernels against their definitions. */
class PrimitivesTest {
  private static final Backend CPU = Plain.CPU;

  @ParameterizedTest
  @CsvSource({
    "1, 1, 1",
    "3, 5, 1",
    "1, 7, 4",
    "2, 3, 6",
    "4, 1, 3",
    "0, 3, 2",
    "5, 300, 1",
    "2, 9, 700"
  })
  void reductions(int outer, int n, int inner) {
    double[] x = Plain.random(1, outer * n * inner);
    for (int i = 0; i < x.length; i++) {
      x[i] = Math.rint(x[i] * 3); // ties; sums exact
    }
    for (DType dtype : new DType[] {DType.FLOAT64, DType.FLOAT32, DType.INT64, DType.INT16}) {
      for (ReduceOp op : ReduceOp.values()) {
        if (op == ReduceOp.PROD && n > 20) {
          continue;
        }
        boolean index = op == ReduceOp.ARGMAX || op == ReduceOp.ARGMIN;
        double[] expected = new double[outer * inner];
        for (int o = 0; o < outer; o++) {
          for (int j = 0; j < inner; j++) {
            double[] row = new double[n];
            for (int i = 0; i < n; i++) {
              row[i] = x[(o * n + i) * inner + j];
            }
            expected[o * inner + j] = reduce(op, row);
          }
        }
        Data out = Plain.empty(index ? DType.INT64 : dtype, outer, inner);
        CPU.reduce(op, outer, n, inner, Plain.of(dtype, x, outer, n, inner), out);
        double[] got = Plain.values(out);
        assertArrayEquals(expected, got, 1e-9, dtype + " " + op);
      }
    }
  }

  private static double reduce(ReduceOp op, double[] row) {
    double result = row[0];
    int at = 0;
    for (int i = 1; i < row.length; i++) {
      double v = row[i];
      at = op == ReduceOp.ARGMAX ? (v > row[at] ? i : at) : v < row[at] ? i : at;
      result =
          switch (op) {
            case SUM -> result + v;
            case PROD -> result * v;
            case MAX -> Math.max(result, v);
            default -> Math.min(result, v);
          };
    }
    return op == ReduceOp.ARGMAX || op == ReduceOp.ARGMIN ? at : result;
  }

  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"FLOAT32", "FLOAT64"})
  void reductionsOfNanAndOfNothing(DType dtype) {
    Data x = Plain.of(dtype, new double[] {1, Double.NaN, 9, Double.NaN}, 4);
    for (int inner : new int[] {1, 2}) {
      Data out = Plain.empty(dtype, inner);
      Data index = Plain.empty(DType.INT64, inner);
      double[] expected = inner == 1 ? new double[] {Double.NaN} : new double[] {9, Double.NaN};
      CPU.reduce(ReduceOp.MAX, 1, 4 / inner, inner, x, out);
      assertArrayEquals(expected, Plain.values(out));
      CPU.reduce(ReduceOp.ARGMAX, 1, 4 / inner, inner, x, index);
      assertArrayEquals(inner == 1 ? new double[] {1} : new double[] {1, 0}, Plain.values(index));
      CPU.reduce(ReduceOp.ARGMIN, 1, 4 / inner, inner, x, index);
      assertArrayEquals(inner == 1 ? new double[] {1} : new double[] {0, 0}, Plain.values(index));
    }
    Data none = Plain.empty(dtype, 2, 0);
    Data out = Plain.empty(dtype, 2);
    CPU.reduce(ReduceOp.SUM, 2, 0, 1, none, out);
    assertArrayEquals(new double[] {0, 0}, Plain.values(out));
    CPU.reduce(ReduceOp.PROD, 2, 0, 1, none, out);
    assertArrayEquals(new double[] {1, 1}, Plain.values(out));
    assertThrows(ShapeException.class, () -> CPU.reduce(ReduceOp.MAX, 2, 0, 1, none, out));
  }

  @Test
  void boolsAreCounted() {
    Data out = Plain.empty(DType.INT64, 1);
    CPU.reduce(ReduceOp.SUM, 1, 4, 1, Plain.of(DType.BOOL, new double[] {1, 0, 1, 1}, 4), out);
    assertArrayEquals(new double[] {3}, Plain.values(out));
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1, 1, 1, false, false",
    "3, 4, 5, 6, false, false",
    "2, 70, 600, 130, false, true",
    "20, 30, 20, 50, false, false",
    "3, 7, 5, 9, true, false",
    "2, 5, 3, 4, true, true",
    "1, 2, 3, 0, false, false"
  })
  void matmulWithEveryTransposition(
      int batch, int m, int n, int k, boolean sharedA, boolean sharedB) {
    double[] a = Plain.random(1, (sharedA ? 1 : batch) * m * k);
    double[] b = Plain.random(2, (sharedB ? 1 : batch) * k * n);
    for (int flags = 0; flags < 4; flags++) {
      boolean ta = (flags & 1) != 0;
      boolean tb = (flags & 2) != 0;
      double[] c = new double[batch * m * n];
      for (int i = 0; i < batch; i++) {
        int ai = sharedA ? 0 : i * m * k;
        int bi = sharedB ? 0 : i * k * n;
        for (int r = 0; r < m; r++) {
          for (int l = 0; l < k; l++) {
            for (int j = 0; j < n; j++) {
              c[(i * m + r) * n + j] +=
                  a[ai + (ta ? l * m + r : r * k + l)] * b[bi + (tb ? j * k + l : l * n + j)];
            }
          }
        }
      }
      var spec = new MatmulSpec(batch, m, n, k, ta, tb, sharedA, sharedB);
      for (DType dtype : new DType[] {DType.FLOAT64, DType.FLOAT32}) {
        Data out = Plain.empty(dtype, batch, m, n);
        CPU.matmul(spec, Plain.of(dtype, a, a.length), Plain.of(dtype, b, b.length), out);
        double tolerance = dtype == DType.FLOAT64 ? 1e-12 : 2e-5;
        assertArrayEquals(c, Plain.values(out), tolerance, dtype + " " + spec);
      }
      assertWholeProduct(spec, a, b);
    }
  }

  private static void assertWholeProduct(MatmulSpec s, double[] a, double[] b) {
    double[] x = Arrays.stream(a).map(v -> Math.rint(v * 9)).toArray();
    double[] y = Arrays.stream(b).map(v -> Math.rint(v * 9)).toArray();
    Data exact = Plain.empty(DType.FLOAT64, s.batch(), s.m(), s.n());
    Data whole = Plain.empty(DType.INT64, s.batch(), s.m(), s.n());
    CPU.matmul(
        s, Plain.of(DType.FLOAT64, x, x.length), Plain.of(DType.FLOAT64, y, y.length), exact);
    CPU.matmul(s, Plain.of(DType.INT64, x, x.length), Plain.of(DType.INT64, y, y.length), whole);
    assertArrayEquals(Plain.values(exact), Plain.values(whole));
  }

  static Stream<View> views() {
    View dense = View.dense(Shape.of(4, 5, 6), 3);
    return Stream.of(
        dense,
        dense.permute(2, 0, 1),
        dense.permute(0, 2, 1),
        dense.slice(1, 1, 2, 2),
        dense.slice(2, 0, 3, 2).slice(0, 1, 3, 1),
        dense.select(1, 2),
        dense.slice(0, 0, 1, 1).expand(Shape.of(2, 7, 5, 6).without(1)),
        View.dense(Shape.of(1, 5, 1), 2).expand(Shape.of(3, 5, 4)),
        View.dense(Shape.of(40, 50), 1).permute(1, 0), // read in blocks
        View.strided(Shape.of(3, 4), new int[] {2, 1}, 5), // windows that overlap
        View.strided(Shape.of(3, 2, 4), new int[] {1, 3, 1}, 0),
        View.strided(Shape.of(4, 5), new int[] {-5, -1}, 30), // both turned round
        View.dense(Shape.of(40, 60, 70), 1).slice(2, 3, 50, 1), // on several threads
        View.strided(Shape.of(50, 3, 20, 28), new int[] {1000, 32, 32, 1}, 0), // and overlapping
        View.strided(Shape.of(50, 3, 400, 2), new int[] {1, 1, 1, 30000}, 0), // apart nowhere
        View.strided(Shape.of(40, 3, 5, 20, 28), new int[] {1000, 30, 40000, 32, 1}, 0),
        View.dense(Shape.of(), 7),
        View.dense(Shape.of(3, 0, 2), 0));
  }

  @ParameterizedTest
  @MethodSource("views")
  void stridedCopiesAndTheAdjoint(View view) {
    int size = Math.max(2010, (int) view.end());
    int n = view.shape().numel();
    double[] memory = Plain.random(1, size);
    double[] x = Plain.random(2, n);
    double[] seen = new double[n];
    double[] written = memory.clone();
    double[] added = memory.clone();
    for (int i = 0; i < n; i++) {
      int at = view.offset();
      int rest = i;
      for (int d = view.shape().rank() - 1; d >= 0; d--) {
        at += rest % view.shape().size(d) * view.stride(d);
        rest /= view.shape().size(d);
      }
      seen[i] = memory[at];
      written[at] = x[i];
      added[at] += x[i];
    }
    Data from = whole(DType.FLOAT64, memory);
    Data out = Plain.empty(DType.FLOAT64, view.shape().toArray());
    CPU.read(from.storage(), view, out);
    assertArrayEquals(seen, Plain.values(out));
    Data dense = Plain.of(DType.FLOAT64, x, view.shape().toArray());
    CPU.accumulate(dense, from.storage(), view);
    assertArrayEquals(added, Plain.values(from), 1e-14);
    Data target = whole(DType.FLOAT64, memory);
    CPU.write(dense, target.storage(), view);
    if (Arrays.stream(view.strides()).noneMatch(s -> s == 0) && view.end() > n) {
      assertArrayEquals(overlaps(view) ? Plain.values(target) : written, Plain.values(target));
    }
    // <read(m), x> = <m, accumulate(x)>
    double there = Plain.dot(seen, x);
    double[] change = Plain.values(from);
    Arrays.setAll(change, i -> change[i] - memory[i]);
    double back = Plain.dot(memory, change);
    assertEquals(there, back, 1e-9);
  }

  private static boolean overlaps(View view) {
    return view.end() - view.offset() < view.shape().numel();
  }

  private static Data whole(DType dtype, double[] memory) {
    Data data = new Data(CPU.allocate(dtype, memory.length), 0, Shape.of(memory.length));
    CPU.cast(Plain.of(DType.FLOAT64, memory, memory.length), data);
    return data;
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void stridedCopiesOfEveryType(DType dtype) {
    double[] values = new double[20];
    Arrays.setAll(values, i -> dtype == DType.BOOL ? i % 2 : i);
    Data memory = whole(dtype, values);
    for (View view :
        new View[] {
          View.dense(Shape.of(4, 5)).permute(1, 0), View.dense(Shape.of(4, 5)).slice(1, 1, 3, 1)
        }) {
      Data out = Plain.empty(dtype, view.shape().toArray());
      CPU.read(memory.storage(), view, out);
      Data back = whole(dtype, new double[20]);
      CPU.write(out, back.storage(), view);
      Data again = Plain.empty(dtype, view.shape().toArray());
      CPU.read(back.storage(), view, again);
      assertArrayEquals(Plain.values(out), Plain.values(again));
      assertEquals(values[view.offset() + view.stride(1)], Plain.values(out)[1]);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"FLOAT32", "FLOAT64", "INT64"})
  void rowsByIndex(DType dtype) {
    for (int inner : new int[] {1, 3}) {
      double[] x = new double[2 * 4 * inner];
      Arrays.setAll(x, i -> i);
      Data index = Plain.longs(3, 0, 3);
      Data picked = Plain.empty(dtype, 2, 3, inner);
      CPU.indexSelect(2, 4, inner, Plain.of(dtype, x, 2, 4, inner), index, picked);
      double[] expected = new double[2 * 3 * inner];
      int[] at = {3, 0, 3};
      Arrays.setAll(
          expected, i -> x[(i / (3 * inner) * 4 + at[i / inner % 3]) * inner + i % inner]);
      assertArrayEquals(expected, Plain.values(picked));
      Data to = Plain.of(dtype, x, 2, 4, inner);
      CPU.indexAdd(2, 4, inner, picked, index, to);
      double[] sums = x.clone();
      for (int i = 0; i < expected.length; i++) {
        sums[(i / (3 * inner) * 4 + at[i / inner % 3]) * inner + i % inner] += expected[i];
      }
      assertArrayEquals(sums, Plain.values(to));
    }
  }

  @Test
  void anIndexOutOfRangeIsNamed() {
    Data x = Plain.of(DType.FLOAT32, new double[] {1, 2}, 2);
    Data out = Plain.empty(DType.FLOAT32, 4);
    var high =
        assertThrows(
            ShapeException.class,
            () -> {
              CPU.indexSelect(1, 2, 1, x, Plain.longs(0, 1, 1, 7), out);
              CPU.synchronize(); // a GPU finds out late
            });
    assertEquals("index 7 at position 3 is out of range for a dimension of 2", high.getMessage());
    assertThrows(
        ShapeException.class,
        () -> {
          CPU.indexAdd(1, 2, 1, out, Plain.longs(0, 0, 0, -1), x);
          CPU.synchronize();
        });
    assertArrayEquals(new double[] {1, 2}, Plain.values(x), "nothing is added before the check");
  }

  @Test
  void memoryGivenBackIsNotUsedAgainUnnoticed() {
    Storage storage = CPU.allocate(DType.FLOAT32, 10_000);
    CPU.recycle(storage);
    var data = new Data(storage, 0, Shape.of(10_000));
    var thrown = assertThrows(IllegalStateException.class, () -> CPU.fill(data, 1));
    assertTrue(thrown.getMessage().contains("given back"), thrown.getMessage());
  }

  @Test
  void uploadsAskForTheRightArray() {
    Data x = Plain.empty(DType.FLOAT32, 2);
    assertThrows(DTypeException.class, () -> CPU.upload(new double[2], 0, x));
    float[] back = new float[4];
    CPU.upload(new float[] {9, 1, 2, 9}, 1, x);
    CPU.download(x, back, 1);
    assertArrayEquals(new float[] {0, 1, 2, 0}, back);
  }

  @Test
  void scalingOfEveryKind() {
    double[] x = {1, 2, 3};
    for (DType dtype : new DType[] {DType.FLOAT64, DType.FLOAT32, DType.INT64, DType.UINT8}) {
      Data out = Plain.of(dtype, x, 3);
      CPU.affine(out, 3, -1, out);
      assertArrayEquals(new double[] {2, 5, 8}, Plain.values(out));
    }
  }
}
