package dev.tern.device.cuda;

import static dev.tern.device.cuda.Elements.run;
import static dev.tern.device.cuda.Elements.suffix;

import dev.tern.device.Data;
import dev.tern.device.ScanOp;
import dev.tern.shape.DType;
import org.jspecify.annotations.Nullable;

/**
 * Launches {@code scan.cu}: many or short rows are a thread's each, the others a block's. A few
 * very long ones are cut into chunks: their totals are scanned first, and carried into the chunks.
 * The order depends on the shape alone.
 */
final class Scan {
  private static final int THREADS = 256;
  private static final int AT_ONCE = 1024; // by a block
  private static final int MOST_BLOCKS = 1 << 14; // a block goes on to further chunks

  /** A thread a row where there are so many that they keep a GPU busy, or rows so short. */
  private static final int MANY_ROWS = 1 << 14;

  private static final int SHORT_ROW = 32;

  /** So many blocks keep a GPU busy; rows are cut to reach them. */
  private static final int ENOUGH_BLOCKS = 256;

  private final CudaDevice device;
  private final CudaBackend backend;

  Scan(CudaDevice device, CudaBackend backend) {
    this.device = device;
    this.backend = backend;
  }

  void apply(ScanOp op, int outer, int n, int inner, Data x, Data out) {
    if (x.numel() == 0) {
      return;
    }
    int rows = outer * inner;
    try (var widened = new Widened(backend)) {
      Data from = widened.in("scan", x);
      Data to = widened.out(out, from.dtype());
      if (n < SHORT_ROW || inner > 1 && rows >= MANY_ROWS) {
        Launch launch = device.kernel("scan_columns_" + suffix(from.dtype())).args();
        run(launch.arg(op.ordinal()).arg(from).arg(to).arg(rows).arg(n).arg(inner), rows);
        return;
      }
      int tiles = ceil(n, AT_ONCE);
      int wanted = Math.min(tiles, Math.max(1, ENOUGH_BLOCKS / rows));
      int length = ceil(tiles, wanted) * AT_ONCE;
      int count = ceil(n, length);
      Data carry = count == 1 ? null : carries(op, from, rows, n, inner, count, length);
      rows(op, from, carry, null, to, rows, n, inner, count, length);
      if (carry != null) {
        Elements.recycle(carry);
      }
    }
  }

  /** The totals of each row's chunks, added up along the row. */
  private Data carries(ScanOp op, Data x, int rows, int n, int inner, int count, int length) {
    DType wide = x.dtype() == DType.FLOAT32 ? DType.FLOAT64 : x.dtype();
    Data totals = Elements.temporary(device, wide, rows * count);
    rows(op, x, null, totals, null, rows, n, inner, count, length);
    rows(op, totals, null, null, totals, rows, count, 1, 1, count);
    return totals;
  }

  private void rows(
      ScanOp op,
      Data x,
      @Nullable Data carry,
      @Nullable Data totals,
      @Nullable Data out,
      int rows,
      int n,
      int inner,
      int count,
      int length) {
    Launch launch = device.kernel("scan_rows_" + suffix(x.dtype())).args().arg(op.ordinal());
    launch.arg(x).arg(carry).arg(totals).arg(out).arg(rows).arg(n).arg(inner);
    launch.arg(count).arg(length).run(Math.min(MOST_BLOCKS, rows * count), THREADS);
  }

  private static int ceil(int n, int by) {
    return (n + by - 1) / by;
  }
}
