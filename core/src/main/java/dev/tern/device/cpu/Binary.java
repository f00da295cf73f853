package dev.tern.device.cpu;

import static dev.tern.device.cpu.Operands.bytes;
import static dev.tern.device.cpu.Operands.doubles;
import static dev.tern.device.cpu.Operands.floats;
import static dev.tern.device.cpu.Operands.longs;
import static dev.tern.device.cpu.Operands.name;
import static dev.tern.device.cpu.Operands.narrow;
import static dev.tern.device.cpu.Operands.whole;
import static dev.tern.device.cpu.Operands.wholeResult;

import dev.tern.device.BinaryOp;
import dev.tern.device.Data;
import dev.tern.shape.DType;
import dev.tern.shape.DTypeException;

/** The pointwise functions of two operands that broadcast, row by row. */
final class Binary {
  private Binary() {}

  /** {@code out = op(a, b)}; comparisons give BOOL. */
  static void apply(BinaryOp op, Data a, Data b, Data out) {
    if (a.dtype() != b.dtype()) {
      throw new DTypeException(
          "%s: %s and %s; one element type is expected".formatted(name(op), a.dtype(), b.dtype()));
    }
    if (a.dtype() == DType.FLOAT32 && BlockedOps.binary(op, a, b, out)) {
      return;
    }
    var plan = Broadcast.of(out.shape(), a.shape(), b.shape());
    switch (a.dtype()) {
      case FLOAT32 -> rows(plan, op, floats(a), a.offset(), floats(b), b.offset(), out);
      case FLOAT64 -> rows(plan, op, doubles(a), a.offset(), doubles(b), b.offset(), out);
      default -> {
        Data x = whole(name(op), a);
        Data y = whole(name(op), b);
        Data result = op.isComparison() ? out : wholeResult(out);
        rows(plan, op, longs(x), x.offset(), longs(y), y.offset(), result);
        narrow(result, out);
      }
    }
  }

  private static void rows(
      Broadcast plan, BinaryOp op, float[] a, int ao, float[] b, int bo, Data out) {
    int n = plan.length();
    int as = plan.step(0);
    int bs = plan.step(1);
    int oo = out.offset();
    if (op.isComparison()) {
      byte[] to = bytes(out);
      plan.each((o, i, j, k) -> Compare.row(op, a, ao + i, as, b, bo + j, bs, to, oo + o, n));
      return;
    }
    float[] to = floats(out);
    if (n < ShortRows.LENGTH && ShortRows.has(op)) {
      plan.each((o, i, j, k) -> ShortRows.binary(op, a, ao + i, as, b, bo + j, bs, to, oo + o, n));
    } else {
      plan.each((o, i, j, k) -> Float32.binary(op, a, ao + i, as, b, bo + j, bs, to, oo + o, n));
    }
  }

  private static void rows(
      Broadcast plan, BinaryOp op, double[] a, int ao, double[] b, int bo, Data out) {
    int n = plan.length();
    int as = plan.step(0);
    int bs = plan.step(1);
    int oo = out.offset();
    if (op.isComparison()) {
      byte[] to = bytes(out);
      plan.each((o, i, j, k) -> Compare.row(op, a, ao + i, as, b, bo + j, bs, to, oo + o, n));
    } else {
      double[] to = doubles(out);
      plan.each((o, i, j, k) -> Float64.binary(op, a, ao + i, as, b, bo + j, bs, to, oo + o, n));
    }
  }

  private static void rows(
      Broadcast plan, BinaryOp op, long[] a, int ao, long[] b, int bo, Data out) {
    int n = plan.length();
    int as = plan.step(0);
    int bs = plan.step(1);
    int oo = out.offset();
    if (op.isComparison()) {
      byte[] to = bytes(out);
      plan.each((o, i, j, k) -> Compare.row(op, a, ao + i, as, b, bo + j, bs, to, oo + o, n));
    } else {
      long[] to = longs(out);
      plan.each((o, i, j, k) -> Int64.binary(op, a, ao + i, as, b, bo + j, bs, to, oo + o, n));
    }
  }
}
