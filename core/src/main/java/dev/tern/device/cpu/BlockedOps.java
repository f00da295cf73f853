package dev.tern.device.cpu;

import static dev.tern.device.cpu.Operands.floats;

import dev.tern.device.BinaryOp;
import dev.tern.device.Data;
import dev.tern.device.ReduceOp;
import dev.tern.shape.Shape;

/**
 * What else of a network reads activations that are {@link Blocked}. Every method returns false,
 * having changed nothing, where its operands are not; what has no method here goes on in the plain
 * order.
 */
final class BlockedOps {
  private BlockedOps() {}

  /** Of two activations, of one and a number, or of one and a number a channel. */
  static boolean binary(BinaryOp op, Data a, Data b, Data out) {
    if (op.isComparison()) {
      return false;
    }
    if (op == BinaryOp.ADD
        && (PendingActivation.add(a, b, out) || PendingActivation.add(b, a, out))) {
      return true;
    }
    if (a.numel() == b.numel() && Blocked.align(out, a, b)) {
      float[] x = Blocked.elements(a);
      float[] y = Blocked.elements(b);
      Float32.binary(op, x, 0, 1, y, 0, 1, Blocked.elements(out), 0, out.numel());
      return true;
    }
    if (b.numel() == 1 && Blocked.align(out, a, null)) {
      float[] x = Blocked.elements(a);
      float[] to = Blocked.elements(out);
      Float32.binary(op, x, 0, 1, floats(b), b.offset(), 0, to, 0, out.numel());
      return true;
    }
    return perChannel(op, a, b, out);
  }

  /** x times or plus [C, 1, ...]. */
  private static boolean perChannel(BinaryOp op, Data x, Data b, Data out) {
    Blocked order = Blocked.of(x);
    if (order == null
        || op != BinaryOp.MUL && op != BinaryOp.ADD
        || !isPerChannel(order, x.shape(), b.shape())
        || !Blocked.align(out, x, null)) {
      return false;
    }
    float[] from = order.elements();
    float[] to = Blocked.elements(out);
    float[] numbers = floats(b);
    int bo = b.offset();
    BlockKernels kernels = Blocked.kernels();
    Blocked.each(
        x.shape().size(0),
        order.channels(),
        order.positions(),
        kernels.lanes(),
        (at, image, channel) -> {
          if (op == BinaryOp.MUL) {
            kernels.mul(order.positions(), from, at, numbers, bo + channel, to, at);
          } else {
            kernels.add(order.positions(), from, at, numbers, bo + channel, to, at);
          }
        });
    return true;
  }

  private static boolean isPerChannel(Blocked order, Shape x, Shape b) {
    int at = b.rank() - (x.rank() - 1); // of the channels
    return x.rank() >= 2
        && x.size(1) == order.channels()
        && at >= 0
        && b.numel() == order.channels()
        && b.size(at) == order.channels();
  }

  /** The sum of each plane. */
  static boolean reduce(ReduceOp op, int outer, int n, int inner, Data x, Data out) {
    Blocked order = Blocked.of(x);
    if (op != ReduceOp.SUM || order == null || inner != 1 || n != order.positions()) {
      return false;
    }
    float[] to = floats(out);
    int oo = out.offset();
    int c = order.channels();
    double[] sums = new double[outer];
    BlockKernels kernels = Blocked.kernels();
    Blocked.each(
        outer / c,
        c,
        n,
        kernels.lanes(),
        (at, image, channel) -> kernels.sums(n, order.elements(), at, sums, image * c + channel));
    for (int i = 0; i < outer; i++) {
      to[oo + i] = (float) sums[i];
    }
    return true;
  }
}
