package dev.tern.device.cpu;

import static dev.tern.device.cpu.Operands.doubles;
import static dev.tern.device.cpu.Operands.longs;
import static dev.tern.device.cpu.Operands.name;
import static dev.tern.device.cpu.Operands.temporary;

import dev.tern.device.Data;
import dev.tern.device.ScanOp;
import dev.tern.shape.DType;
import dev.tern.shape.Shape;

/**
 * Accumulation along the middle of {@code [outer, n, inner]}, in double precision for FLOAT32 too,
 * as PyTorch does it.
 */
final class Scan {
  private static final int CHUNK = 1 << 14;

  private Scan() {}

  static void apply(ScanOp op, int outer, int n, int inner, Data x, Data out) {
    Operands.noHalf(name(op), x);
    DType wide = x.dtype().isFloatingPoint() ? DType.FLOAT64 : DType.INT64;
    int row = n * inner;
    int rows = Math.max(1, CHUNK / Math.max(1, row)); // so many stay in a cache
    for (int o = 0; o < outer && row > 0; o += rows) {
      int some = Math.min(rows, outer - o);
      Data sums = temporary(wide, Shape.of(some, row));
      Casts.cast(part(x, o * row, sums.shape()), sums);
      for (int start = 0; start < some * row; start += row) {
        if (wide == DType.FLOAT64) {
          accumulate(op, inner, doubles(sums), start + inner, start + row);
        } else {
          accumulate(op, inner, longs(sums), start + inner, start + row);
        }
      }
      Casts.cast(sums, part(out, o * row, sums.shape()));
    }
  }

  private static Data part(Data x, int from, Shape shape) {
    return new Data(x.storage(), x.offset() + from, shape);
  }

  /** {@code x[i] = op(x[i - inner], x[i])}. */
  private static void accumulate(ScanOp op, int inner, double[] x, int from, int to) {
    switch (op) {
      case SUM -> {
        for (int i = from; i < to; i++) {
          x[i] += x[i - inner];
        }
      }
      case PROD -> {
        for (int i = from; i < to; i++) {
          x[i] *= x[i - inner];
        }
      }
      case MAX -> {
        for (int i = from; i < to; i++) {
          x[i] = Math.max(x[i - inner], x[i]);
        }
      }
      case MIN -> {
        for (int i = from; i < to; i++) {
          x[i] = Math.min(x[i - inner], x[i]);
        }
      }
    }
  }

  private static void accumulate(ScanOp op, int inner, long[] x, int from, int to) {
    switch (op) {
      case SUM -> {
        for (int i = from; i < to; i++) {
          x[i] += x[i - inner];
        }
      }
      case PROD -> {
        for (int i = from; i < to; i++) {
          x[i] *= x[i - inner];
        }
      }
      case MAX -> {
        for (int i = from; i < to; i++) {
          x[i] = Math.max(x[i - inner], x[i]);
        }
      }
      case MIN -> {
        for (int i = from; i < to; i++) {
          x[i] = Math.min(x[i - inner], x[i]);
        }
      }
    }
  }
}
