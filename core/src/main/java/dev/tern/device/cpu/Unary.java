package dev.tern.device.cpu;

import static dev.tern.device.cpu.Operands.doubles;
import static dev.tern.device.cpu.Operands.floats;
import static dev.tern.device.cpu.Operands.floatsOf;
import static dev.tern.device.cpu.Operands.longs;
import static dev.tern.device.cpu.Operands.narrow;
import static dev.tern.device.cpu.Operands.onlyFloats;
import static dev.tern.device.cpu.Operands.temporary;
import static dev.tern.device.cpu.Operands.whole;
import static dev.tern.device.cpu.Operands.wholeResult;

import dev.tern.device.BinaryOp;
import dev.tern.device.Data;
import dev.tern.device.UnaryOp;
import dev.tern.shape.Shape;
import org.jspecify.annotations.Nullable;

/** The pointwise functions of one operand, by element type. */
final class Unary {
  private Unary() {}

  /** {@code out = op(x)}. */
  static void apply(UnaryOp op, double p, double q, Data x, Data out) {
    int n = x.numel();
    if (x.dtype() != out.dtype()) { // NOT, which is BOOL whatever it is of
      Data zero = temporary(x.dtype(), Shape.of());
      CpuBackend.CPU.fill(zero, 0);
      Binary.apply(BinaryOp.EQ, x, zero, out);
      return;
    }
    switch (x.dtype()) {
      case FLOAT32 -> {
        if (PendingActivation.defer(op, p, q, x, out)) {
          return;
        }
        if (Blocked.align(out, x, null)) {
          Float32.unary(op, p, q, Blocked.elements(x), 0, Blocked.elements(out), 0, n);
        } else {
          Float32.unary(op, p, q, floats(x), x.offset(), floats(out), out.offset(), n);
        }
      }
      case FLOAT64 ->
          Float64.unary(op, p, q, doubles(x), x.offset(), doubles(out), out.offset(), n);
      default -> {
        Data wide = whole(op.label(), x);
        Data result = wholeResult(out);
        Int64.unary(op, p, q, longs(wide), wide.offset(), longs(result), result.offset(), n);
        narrow(result, out);
      }
    }
  }

  /** {@code dx = op'(x) dy}. */
  static void gradient(
      UnaryOp op, double p, double q, @Nullable Data x, @Nullable Data y, Data dy, Data dx) {
    int n = dy.numel();
    int xo = x == null ? 0 : x.offset();
    int yo = y == null ? 0 : y.offset();
    switch (dy.dtype()) {
      case FLOAT32 -> {
        if (PendingActivation.gradient(op, y, dy, dx)) {
          return;
        }
        Data read = op.derivativeReadsInput() ? x : y;
        if (Blocked.align(dx, dy, read)) {
          float[] z = read == null ? null : Blocked.elements(read);
          Float32.unaryGrad(
              op, p, q, z, 0, z, 0, Blocked.elements(dy), 0, Blocked.elements(dx), 0, n);
          return;
        }
        Float32.unaryGrad(
            op,
            p,
            q,
            floatsOf(x),
            xo,
            floatsOf(y),
            yo,
            floats(dy),
            dy.offset(),
            floats(dx),
            dx.offset(),
            n);
      }
      case FLOAT64 ->
          Float64.unaryGrad(
              op,
              p,
              q,
              x == null ? null : doubles(x),
              xo,
              y == null ? null : doubles(y),
              yo,
              doubles(dy),
              dy.offset(),
              doubles(dx),
              dx.offset(),
              n);
      default -> throw onlyFloats("the gradient of " + op.label(), dy);
    }
  }
}
