package dev.tern.device.cpu;

import static dev.tern.device.cpu.Operands.floats;

import dev.tern.device.Data;
import dev.tern.device.PoolSpec;

/**
 * FLOAT32 pooling of 2x2 windows, split by groups of planes of a fixed size. What is pooled is the
 * content of a storage, an array or {@link Blocked}, and the result has the same order.
 */
final class Pool2x2 {
  private static final int ELEMENTS = 32_768;

  private Pool2x2() {}

  /** The largest of each window. */
  static void forward(PoolSpec s, Data x, Data y) {
    if (PendingActivation.maxPool(s, x, y)) {
      return;
    }
    if (Blocked.of(x) != null && isOwn(y)) {
      storage(y).replace(forward(s, storage(x).settled()));
      return;
    }
    int planes = s.batch() * s.channels();
    forward(planes, s.in()[0], s.in()[1], floats(x), x.offset(), floats(y), y.offset());
  }

  /** Its gradient: dy goes to the first largest of its window, 0 to the others. */
  static void grad(PoolSpec s, Data x, Data dy, Data dx) {
    if (PendingActivation.deferPoolGrad(s, x, dy, dx)) {
      return;
    }
    if (Blocked.of(x) != null && Blocked.isWhole(dy) && isOwn(dx)) {
      storage(dx).replace(grad(s, storage(x).settled(), storage(dy).settled()));
      return;
    }
    int planes = s.batch() * s.channels();
    grad(
        planes,
        s.in()[0],
        s.in()[1],
        floats(x),
        x.offset(),
        floats(dy),
        dy.offset(),
        floats(dx),
        dx.offset());
  }

  private static CpuStorage storage(Data x) {
    return (CpuStorage) x.storage();
  }

  /** Whether x is all of a storage whose content may be replaced. */
  private static boolean isOwn(Data x) {
    return Blocked.isWhole(x) && storage(x).isOwn();
  }

  /** The largest of each window. */
  static Object forward(PoolSpec s, Object x) {
    int h = s.in()[0];
    int w = s.in()[1];
    float[] y = BufferPool.floats(s.outputShape().numel());
    if (!fits(s, x)) {
      forward(s.batch() * s.channels(), h, w, plain(s.inputShape().numel(), x), 0, y, 0);
      return y;
    }
    float[] from = Pending.elements(x);
    BlockKernels kernels = Blocked.kernels();
    Blocked.each(
        s.batch(),
        s.channels(),
        h * w,
        kernels.lanes(),
        (at, image, channel) -> kernels.maxPool2x2(h, w, from, at, y, at / 4));
    return new Blocked(y, s.channels(), h * w / 4);
  }

  /**
   * Its gradient: dy, in either order, goes to the first largest of its window, 0 to the others.
   */
  static Object grad(PoolSpec s, Object x, Object dy) {
    int h = s.in()[0];
    int w = s.in()[1];
    float[] dx = BufferPool.floats(s.inputShape().numel());
    float[] ordered = Pending.elements(inOrderOf(s, x, dy));
    if (!fits(s, x)) {
      float[] from = plain(s.inputShape().numel(), x);
      grad(s.batch() * s.channels(), h, w, from, 0, ordered, 0, dx, 0);
      return dx;
    }
    float[] from = Pending.elements(x);
    BlockKernels kernels = Blocked.kernels();
    Blocked.each(
        s.batch(),
        s.channels(),
        h * w,
        kernels.lanes(),
        (at, image, channel) -> kernels.maxPool2x2Grad(h, w, from, at, ordered, at / 4, dx, at));
    return new Blocked(dx, s.channels(), h * w);
  }

  /** The gradient of a pool's result, in the order that the result of x has. */
  static Object inOrderOf(PoolSpec s, Object x, Object dy) {
    int positions = s.out()[0] * s.out()[1];
    int size = s.outputShape().numel();
    if (!fits(s, x)) {
      return plain(size, dy);
    }
    return dy instanceof Blocked order && order.channels() == s.channels()
        ? dy
        : Blocked.pack(plain(size, dy), size, s.channels(), positions);
  }

  private static boolean fits(PoolSpec s, Object x) {
    return x instanceof Blocked order
        && order.channels() == s.channels()
        && order.positions() == s.in()[0] * s.in()[1];
  }

  private static float[] plain(int size, Object content) {
    return content instanceof Blocked order ? order.unpack(size) : (float[]) content;
  }

  static void forward(int planes, int h, int w, float[] x, int xo, float[] y, int yo) {
    int each = Math.max(2, ELEMENTS / Math.max(1, h * w) / 2 * 2);
    Team.run(
        (planes + each - 1) / each,
        task -> {
          int first = task * each;
          int count = Math.min(each, planes - first);
          Simd.get()
              .maxPool2x2(
                  count * h / 2, w, x, xo + first * h * w, y, yo + first * (h / 2) * (w / 2));
        });
  }

  static void grad(
      int planes, int h, int w, float[] x, int xo, float[] dy, int dyo, float[] dx, int dxo) {
    int each = Math.max(2, ELEMENTS / Math.max(1, h * w) / 2 * 2);
    Team.run(
        (planes + each - 1) / each,
        task -> {
          int first = task * each;
          int count = Math.min(each, planes - first);
          Simd.get()
              .maxPool2x2Grad(
                  count * h / 2,
                  w,
                  x,
                  xo + first * h * w,
                  dy,
                  dyo + first * (h / 2) * (w / 2),
                  dx,
                  dxo + first * h * w);
        });
  }
}
