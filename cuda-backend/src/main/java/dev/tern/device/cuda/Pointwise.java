package dev.tern.device.cuda;

import static dev.tern.device.cuda.Elements.isFloat;
import static dev.tern.device.cuda.Elements.name;
import static dev.tern.device.cuda.Elements.noHalf;
import static dev.tern.device.cuda.Elements.run;
import static dev.tern.device.cuda.Elements.shifted;
import static dev.tern.device.cuda.Elements.suffix;

import dev.tern.device.BinaryOp;
import dev.tern.device.Data;
import dev.tern.device.UnaryOp;
import dev.tern.shape.DType;
import dev.tern.shape.DTypeException;
import dev.tern.shape.Shape;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Launches {@code pointwise.cu}. Small whole numbers are computed as INT64. */
final class Pointwise {
  /** What is defined for whole numbers too. */
  private static final Set<UnaryOp> WHOLE =
      EnumSet.of(
          UnaryOp.NEG,
          UnaryOp.ABS,
          UnaryOp.SIGN,
          UnaryOp.FLOOR,
          UnaryOp.CEIL,
          UnaryOp.ROUND,
          UnaryOp.SQUARE,
          UnaryOp.RELU,
          UnaryOp.POW,
          UnaryOp.CLAMP,
          UnaryOp.NOT);

  private final CudaDevice device;
  private final CudaBackend backend;
  private final Faults faults;

  Pointwise(CudaDevice device, CudaBackend backend, Faults faults) {
    this.device = device;
    this.backend = backend;
    this.faults = faults;
  }

  void unary(UnaryOp op, double p, double q, Data x, Data out) {
    if (x.dtype() != out.dtype()) { // NOT, which is BOOL whatever it is of
      Data zero = new Data(backend.allocate(x.dtype(), 1), 0, Shape.of());
      backend.fill(zero, 0);
      binary(BinaryOp.EQ, x, zero, out);
      Elements.recycle(zero);
      return;
    }
    int n = x.numel();
    if (isFloat(x)) {
      Launch launch = device.kernel("unary_" + suffix(x.dtype())).args();
      run(launch.arg(op.ordinal()).arg(p).arg(q).arg(x).arg(out).arg(n), n);
      return;
    }
    noHalf(op.label(), x);
    if (!WHOLE.contains(op)) {
      throw new DTypeException(
          op.label() + " is defined for floating point; got whole numbers, cast first");
    }
    try (var widened = new Widened(backend)) {
      Data wide = widened.in(op.label(), x);
      Data result = widened.out(out, DType.INT64);
      Launch launch = device.kernel("unary_i64").args();
      run(launch.arg(op.ordinal()).arg((long) p).arg((long) q).arg(wide).arg(result).arg(n), n);
    }
  }

  void unaryGrad(
      UnaryOp op, double p, double q, @Nullable Data x, @Nullable Data y, Data dy, Data dx) {
    if (!isFloat(dy)) {
      throw new DTypeException(
          "the gradient of %s takes FLOAT32 or FLOAT64, got %s; cast first"
              .formatted(op.label(), dy.dtype()));
    }
    int n = dy.numel();
    Launch launch = device.kernel("unary_grad_" + suffix(dy.dtype())).args();
    launch.arg(op.ordinal()).arg(p).arg(q).arg(x == null ? dy : x).arg(y == null ? dy : y);
    run(launch.arg(dy).arg(dx).arg(n), n);
  }

  void binary(BinaryOp op, Data a, Data b, Data out) {
    if (a.dtype() != b.dtype()) {
      throw new DTypeException(
          "%s: %s and %s; one element type is expected".formatted(name(op), a.dtype(), b.dtype()));
    }
    if (op.isBitwise() && a.dtype().isFloatingPoint()) {
      throw new DTypeException(
          "%s is defined for whole numbers, got %s".formatted(name(op), a.dtype()));
    }
    Walk walk = Walk.broadcast(out.shape(), a.shape(), b.shape());
    if (out.numel() == 0) {
      return;
    }
    try (var widened = new Widened(backend)) {
      Data x = widened.in(name(op), a);
      Data y = widened.in(name(op), b);
      Data to = op.isComparison() ? out : widened.out(out, x.dtype());
      String kernel = op.isComparison() ? "compare_" : "binary_";
      String type = suffix(x.dtype());
      if (walk.isRow()) {
        Launch launch = device.kernel(kernel + type).args().arg(op.ordinal());
        launch.arg(x).arg(walk.rowStep(0)).arg(y).arg(walk.rowStep(1)).arg(to).arg(out.numel());
        run(noted(op, launch), out.numel());
        return;
      }
      walk.each(
          (struct, n, at, from) -> {
            Launch launch = device.kernel(kernel + "walk_" + type).args().arg(op.ordinal());
            launch.arg(shifted(x, from[0])).arg(shifted(y, from[1])).arg(shifted(to, at));
            run(noted(op, launch.arg(n).arg(struct)), n);
          });
    }
  }

  /** The kernels that can divide by zero are told where to report it. */
  private Launch noted(BinaryOp op, Launch launch) {
    return op.isComparison() ? launch : launch.arg(faults.note());
  }

  void affine(Data x, double scale, double shift, Data out) {
    int n = x.numel();
    try (var widened = new Widened(backend)) {
      Data from = widened.in("scaling", x);
      Data to = widened.out(out, from.dtype());
      Launch launch = device.kernel("affine_" + suffix(from.dtype())).args();
      run(launch.arg(from).arg(scale).arg(shift).arg(to).arg(n), n);
    }
  }

  void select(Data condition, Data a, Data b, Data out) {
    if (condition.dtype() != DType.BOOL) {
      throw new DTypeException("where: the condition must be BOOL, got " + condition.dtype());
    }
    if (a.dtype() != b.dtype() || a.dtype() != out.dtype()) {
      throw new DTypeException(
          "where wants one element type, got %s, %s for %s"
              .formatted(a.dtype(), b.dtype(), out.dtype()));
    }
    Walk walk = Walk.broadcast(out.shape(), condition.shape(), a.shape(), b.shape());
    walk.each(
        (struct, n, at, from) -> {
          Launch launch = device.kernel("select_" + a.dtype().bytes()).args();
          launch.arg(shifted(condition, from[0])).arg(shifted(a, from[1])).arg(shifted(b, from[2]));
          run(launch.arg(shifted(out, at)).arg(n).arg(struct), n);
        });
  }
}
