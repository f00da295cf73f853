package dev.tern.device.cuda;

import static dev.tern.device.cuda.Elements.run;
import static dev.tern.device.cuda.Elements.suffix;

import dev.tern.device.Data;
import dev.tern.shape.DType;
import dev.tern.shape.ShapeException;
import org.jspecify.annotations.Nullable;

/**
 * Launches {@code sort.cu}: rows of up to {@link #AT_ONCE} elements are sorted in one launch,
 * longer ones in runs of as many, which are merged.
 */
final class Sort {
  /** What a block sorts in shared memory. */
  static final int AT_ONCE = 2048;

  private static final int MOST_BLOCKS = 1 << 14; // a block goes on to further rows

  private final CudaDevice device;
  private final CudaBackend backend;

  Sort(CudaDevice device, CudaBackend backend) {
    this.device = device;
    this.backend = backend;
  }

  void apply(int outer, int n, int inner, boolean descending, Data x, Data values, Data indices) {
    if (x.numel() == 0) {
      return;
    }
    int rows = outer * inner;
    try (var widened = new Widened(backend)) {
      Data from = widened.in("sort", x);
      Data to = widened.out(values, from.dtype());
      int size = atOnce(n);
      int runs = runs(n, size);
      boolean wide = from.dtype() != DType.FLOAT32; // a key is then two longs
      Data keys = runs == 1 ? null : Elements.temporary(device, DType.INT64, keys(wide, rows, n));
      sortRuns(rows, n, inner, size, runs, descending, from, keys, to, indices);
      if (keys != null) {
        keys = merged(device, wide ? "merge_wide_runs" : "merge_short_runs", keys, rows, n, size);
        Launch launch = device.kernel("sorted_" + suffix(from.dtype())).args();
        run(launch.arg(keys).arg(from).arg(to).arg(indices).arg(rows).arg(n).arg(inner), x.numel());
        Elements.recycle(keys);
      }
    }
  }

  private void sortRuns(
      int rows,
      int n,
      int inner,
      int size,
      int runs,
      boolean descending,
      Data x,
      @Nullable Data keys,
      Data values,
      Data indices) {
    Launch launch = device.kernel("sort_runs_" + suffix(x.dtype())).args();
    launch.arg(x).arg(keys).arg(values).arg(indices).arg(rows).arg(n).arg(inner);
    launch.arg(size).arg(runs).arg(descending ? 1 : 0);
    launch.run((int) Math.min(MOST_BLOCKS, (long) rows * runs), threads(size));
  }

  /**
   * How many longs the keys of so many elements take.
   *
   * @throws ShapeException if that is more than a storage has
   */
  static int keys(boolean wide, int rows, int n) {
    long longs = (wide ? 2L : 1L) * rows * n;
    if (longs > Integer.MAX_VALUE) {
      throw new ShapeException(
          "sort: %d rows of %d elements of 64 bits; on CUDA rows longer than %d have %d elements at most, all together"
              .formatted(rows, n, AT_ONCE, Integer.MAX_VALUE / 2));
    }
    return (int) longs;
  }

  /** Merges runs of a length, two by two, until a row is one; the keys given are recycled. */
  static Data merged(CudaDevice device, String kernel, Data keys, int rows, int n, int length) {
    Data from = keys;
    for (long run = length; run < n; run *= 2) {
      Data to = Elements.temporary(device, DType.INT64, keys.numel());
      Launch launch = device.kernel(kernel).args();
      run(launch.arg(from).arg(to).arg(rows).arg(n).arg((int) run), (long) rows * n);
      Elements.recycle(from);
      from = to;
    }
    return from;
  }

  /** How many of a row's elements a block sorts: a power of two, the least that has them all. */
  static int atOnce(int n) {
    return n <= 1 ? 1 : n >= AT_ONCE ? AT_ONCE : 2 * Integer.highestOneBit(n - 1);
  }

  /** Into how many runs a row is cut. */
  static int runs(int n, int size) {
    return (n - 1) / size + 1;
  }

  /** A thread a comparison. */
  static int threads(int size) {
    return Math.max(32, size / 2);
  }
}
