package dev.tern.device.cpu;

import static dev.tern.device.cpu.Operands.doubles;
import static dev.tern.device.cpu.Operands.longs;
import static dev.tern.device.cpu.Operands.temporary;
import static dev.tern.device.cpu.Operands.whole;

import dev.tern.device.Data;
import dev.tern.shape.DType;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/**
 * Stable sorting of the middle of {@code [outer, n, inner]}. Every element type is sorted by whole
 * numbers of the same order; NaN counts as larger than every number.
 */
final class Sort {
  /** So many elements are worth several threads. */
  private static final int MANY = 1 << 14;

  private Sort() {}

  static void apply(
      int outer, int n, int inner, boolean descending, Data x, Data values, Data indices) {
    long[] keys = keys(x);
    long[] places = longs(indices);
    Data order = temporary(DType.INT64, x.shape());
    long[] from = longs(order); // for each place, where in the whole of x its element is
    IntConsumer row =
        r -> {
          int start = r / inner * n * inner + r % inner;
          long[] key = new long[n];
          int[] index = new int[n];
          for (int i = 0; i < n; i++) {
            long k = keys[start + i * inner];
            key[i] = descending ? ~k : k;
            index[i] = i;
          }
          index = mergeSort(key, index);
          for (int i = 0; i < n; i++) {
            int at = start + i * inner;
            places[indices.offset() + at] = index[i];
            from[at] = start + (long) index[i] * inner;
          }
        };
    if (x.numel() > MANY) {
      Team.run(outer * inner, row);
    } else {
      IntStream.range(0, x.numel() == 0 ? 0 : outer * inner).forEach(row);
    }
    Indexing.select(
        1,
        x.numel(),
        1,
        Operands.array(x),
        x.offset(),
        from,
        0,
        x.numel(),
        Operands.array(values),
        values.offset());
  }

  /** Whole numbers in the order of the elements. */
  private static long[] keys(Data x) {
    int n = x.numel();
    if (!x.dtype().isFloatingPoint()) {
      Data wide = whole("sort", x);
      return java.util.Arrays.copyOfRange(longs(wide), wide.offset(), wide.offset() + n);
    }
    Operands.noHalf("sort", x);
    Data wide = temporary(DType.FLOAT64, x.shape());
    Casts.cast(x, wide);
    double[] values = doubles(wide);
    long[] keys = new long[n];
    for (int i = 0; i < n; i++) {
      // + 0.0 makes -0 equal to 0; below zero, larger bits mean smaller numbers
      long bits = Double.doubleToLongBits(values[i] + 0.0);
      keys[i] = bits ^ ((bits >> 63) & Long.MAX_VALUE);
    }
    return keys;
  }

  /** Bottom-up; gives the indices in order, in one of two arrays. */
  private static int[] mergeSort(long[] key, int[] index) {
    int n = key.length;
    long[] a = key;
    long[] b = new long[n];
    int[] p = index;
    int[] q = new int[n];
    for (int width = 1; width < n && width > 0; width *= 2) {
      for (int low = 0; low < n; low += 2 * width) {
        int middle = Math.min(low + width, n);
        merge(a, p, low, middle, Math.min(middle + width, n), b, q);
      }
      long[] keys = a;
      a = b;
      b = keys;
      int[] places = p;
      p = q;
      q = places;
    }
    return p;
  }

  private static void merge(
      long[] a, int[] p, int low, int middle, int high, long[] to, int[] places) {
    int left = low;
    int right = middle;
    for (int i = low; i < high; i++) {
      boolean first = left < middle && (right >= high || a[left] <= a[right]);
      int next = first ? left++ : right++;
      to[i] = a[next];
      places[i] = p[next];
    }
  }
}
