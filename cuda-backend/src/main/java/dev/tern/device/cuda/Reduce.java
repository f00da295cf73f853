package dev.tern.device.cuda;

import static dev.tern.device.cuda.Elements.name;
import static dev.tern.device.cuda.Elements.run;
import static dev.tern.device.cuda.Elements.suffix;

import dev.tern.device.Data;
import dev.tern.device.ReduceOp;
import dev.tern.shape.DType;
import dev.tern.shape.ShapeException;
import org.jspecify.annotations.Nullable;

/**
 * Launches {@code reduce.cu}. Where there are too few results to keep a GPU busy, a first launch
 * reduces chunks and a second one their results. The order depends on the shape alone.
 */
final class Reduce {
  /** A warp takes a row from here on; shorter ones are a thread's. */
  private static final int WARP_ROW = 32;

  private static final int THREADS = 1 << 15;
  private static final int SHORTEST_CHUNK = 64; // a thread's elements

  private final CudaDevice device;
  private final CudaBackend backend;

  Reduce(CudaDevice device, CudaBackend backend) {
    this.device = device;
    this.backend = backend;
  }

  void apply(ReduceOp op, int outer, int n, int inner, Data x, Data out) {
    if (outer * inner == 0) {
      return;
    }
    boolean place = op == ReduceOp.ARGMAX || op == ReduceOp.ARGMIN;
    if (n == 0) {
      if (op != ReduceOp.SUM && op != ReduceOp.PROD) {
        throw new ShapeException(name(op) + " of a dimension of 0 elements is not defined");
      }
      backend.fill(out, op == ReduceOp.SUM ? 0 : 1);
      return;
    }
    try (var widened = new Widened(backend)) {
      Data from = widened.in(name(op), x);
      Data to = widened.out(out, place ? DType.INT64 : from.dtype());
      int lanes = inner == 1 && n >= WARP_ROW ? 32 : 1; // threads that share a row
      long wanted = Math.max(1, THREADS / ((long) outer * inner * lanes));
      int longest = (n + SHORTEST_CHUNK * lanes - 1) / (SHORTEST_CHUNK * lanes);
      int length = ceil(n, (int) Math.min(wanted, longest));
      int count = ceil(n, length);
      if (count == 1) {
        launch(op, from, null, n, to, outer, n, inner, 1, n);
        return;
      }
      Data parts =
          Elements.temporary(device, place ? DType.INT64 : from.dtype(), outer * count * inner);
      launch(op, from, null, n, parts, outer, n, inner, count, length);
      Data second = place ? from : parts;
      launch(op, second, place ? parts : null, n, to, outer, count, inner, 1, count);
      Elements.recycle(parts);
    }
  }

  private static int ceil(int n, int by) {
    return (n + by - 1) / by;
  }

  /**
   * One launch over {@code [outer, n, inner]}.
   *
   * @param found for a place, where each chunk has found one; x is then the original, of rows of
   *     {@code rowLength}
   */
  private void launch(
      ReduceOp op,
      Data x,
      @Nullable Data found,
      int rowLength,
      Data out,
      int outer,
      int n,
      int inner,
      int count,
      int length) {
    boolean place = op == ReduceOp.ARGMAX || op == ReduceOp.ARGMIN;
    boolean rows = inner == 1 && n >= WARP_ROW;
    String kernel = (place ? "place_" : "reduce_") + (rows ? "rows_" : "columns_");
    Launch launch = device.kernel(kernel + suffix(x.dtype())).args().arg(op.ordinal()).arg(x);
    if (place) {
      launch.arg(found).arg(rowLength);
    }
    launch.arg(out).arg(outer).arg(new int[] {n, inner, count, length});
    long results = (long) outer * count * inner;
    if (rows) {
      int warps = (int) Math.min(4, results);
      launch.run((int) Math.min(1 << 20, (results + warps - 1) / warps), 1, 1, 32, warps, 1);
    } else {
      run(launch, results);
    }
  }
}
