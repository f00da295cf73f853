package dev.tern.device.cpu;

import static dev.tern.device.cpu.Operands.doubles;
import static dev.tern.device.cpu.Operands.longs;
import static dev.tern.device.cpu.Operands.name;
import static dev.tern.device.cpu.Operands.narrow;
import static dev.tern.device.cpu.Operands.temporary;
import static dev.tern.device.cpu.Operands.whole;
import static dev.tern.device.cpu.Operands.wholeResult;

import dev.tern.device.Data;
import dev.tern.device.ScanOp;
import dev.tern.shape.DType;

/**
 * Accumulation along the middle of {@code [outer, n, inner]}, in double precision for FLOAT32 too,
 * as PyTorch does it.
 */
final class Scan {
  private Scan() {}

  static void apply(ScanOp op, int outer, int n, int inner, Data x, Data out) {
    int row = n * inner;
    if (x.dtype().isFloatingPoint()) {
      Operands.noHalf(name(op), x);
      Data wide = temporary(DType.FLOAT64, x.shape());
      Casts.cast(x, wide);
      for (int o = 0; o < outer; o++) {
        for (int i = inner; i < row; i += inner) {
          next(op, inner, doubles(wide), o * row + i);
        }
      }
      Casts.cast(wide, out);
    } else {
      Data wide = whole(name(op), x);
      Data result = wholeResult(out);
      Casts.cast(wide, result);
      for (int o = 0; o < outer; o++) {
        for (int i = inner; i < row; i += inner) {
          next(op, inner, longs(result), result.offset() + o * row + i);
        }
      }
      narrow(result, out);
    }
  }

  /** {@code x[at + j] = op(x[at - inner + j], x[at + j])}. */
  private static void next(ScanOp op, int inner, double[] x, int at) {
    int before = at - inner;
    switch (op) {
      case SUM -> {
        for (int j = 0; j < inner; j++) {
          x[at + j] += x[before + j];
        }
      }
      case PROD -> {
        for (int j = 0; j < inner; j++) {
          x[at + j] *= x[before + j];
        }
      }
      case MAX -> {
        for (int j = 0; j < inner; j++) {
          x[at + j] = Math.max(x[before + j], x[at + j]);
        }
      }
      case MIN -> {
        for (int j = 0; j < inner; j++) {
          x[at + j] = Math.min(x[before + j], x[at + j]);
        }
      }
    }
  }

  private static void next(ScanOp op, int inner, long[] x, int at) {
    int before = at - inner;
    switch (op) {
      case SUM -> {
        for (int j = 0; j < inner; j++) {
          x[at + j] += x[before + j];
        }
      }
      case PROD -> {
        for (int j = 0; j < inner; j++) {
          x[at + j] *= x[before + j];
        }
      }
      case MAX -> {
        for (int j = 0; j < inner; j++) {
          x[at + j] = Math.max(x[before + j], x[at + j]);
        }
      }
      case MIN -> {
        for (int j = 0; j < inner; j++) {
          x[at + j] = Math.min(x[before + j], x[at + j]);
        }
      }
    }
  }
}
