package dev.tern.device.cpu;

import static dev.tern.device.cpu.Operands.floats;

import dev.tern.device.Data;
import dev.tern.device.PoolSpec;
import org.jspecify.annotations.Nullable;

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
    if (Blocked.of(x) != null && Blocked.isOwn(y)) {
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
    if (Blocked.of(x) != null && Blocked.isWhole(dy) && Blocked.isOwn(dx)) {
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

  /** The largest of each window of an array, {@link Blocked} or {@link Scaled}. */
  static Object forward(PoolSpec s, Object x) {
    int h = s.in()[0];
    int w = s.in()[1];
    float[] y = BufferPool.floats(s.outputShape().numel());
    Scaled read = scaled(s, x);
    if (read == null) {
      forward(s.batch() * s.channels(), h, w, plain(s.inputShape().numel(), x), 0, y, 0);
      return y;
    }
    BlockKernels kernels = Blocked.kernels();
    read.each(
        s.inputShape().numel(),
        (at, image, channel) ->
            kernels.maxPool2x2(
                h, w, read.x().elements(), at, read.scales(), read.shifts(), channel, y, at / 4));
    return new Blocked(y, s.channels(), h * w / 4);
  }

  /**
   * Its gradient: dy, in either order, goes to the first largest of its window, 0 to the others.
   */
  static Object grad(PoolSpec s, Object x, Object dy) {
    int h = s.in()[0];
    int w = s.in()[1];
    int size = s.inputShape().numel();
    float[] dx = BufferPool.floats(size);
    float[] ordered = Pending.elements(inOrderOf(s, x, dy));
    Scaled read = scaled(s, x);
    if (read == null) {
      grad(s.batch() * s.channels(), h, w, plain(size, x), 0, ordered, 0, dx, 0);
      return dx;
    }
    BlockKernels kernels = Blocked.kernels();
    read.each(
        size,
        (at, image, channel) ->
            kernels.maxPool2x2Grad(
                h,
                w,
                read.x().elements(),
                at,
                read.scales(),
                read.shifts(),
                channel,
                ordered,
                at / 4,
                dx,
                at));
    return new Blocked(dx, s.channels(), h * w);
  }

  /** The gradient of a pool's result, in the order that the result of x has. */
  static Object inOrderOf(PoolSpec s, Object x, Object dy) {
    int positions = s.out()[0] * s.out()[1];
    int size = s.outputShape().numel();
    if (scaled(s, x) == null) {
      return plain(size, dy);
    }
    return dy instanceof Blocked order && order.channels() == s.channels()
        ? dy
        : Blocked.pack(plain(size, dy), size, s.channels(), positions);
  }

  /** What is read in blocks, null if the order does not fit. */
  private static @Nullable Scaled scaled(PoolSpec s, Object x) {
    Scaled read = Scaled.read(x);
    boolean fits =
        read != null
            && read.x().channels() == s.channels()
            && read.x().positions() == s.in()[0] * s.in()[1];
    return fits ? read : null;
  }

  private static float[] plain(int size, Object x) {
    Object content = x instanceof Scaled read ? read.rectified(size, Float.NEGATIVE_INFINITY) : x;
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
