package dev.tern.device.cpu;

import dev.tern.device.Data;
import dev.tern.device.UnaryOp;
import org.jspecify.annotations.Nullable;

/**
 * The gradient before a ReLU of batch normalisation, put off: {@code dy} where {@code scale x +
 * shift} is above 0. Batch normalisation's gradient computes it as it reads dy.
 *
 * @param rectified what the ReLU was of
 * @param dy the gradient after it, in the same order
 * @param own whether nothing else reads dy, which may be overwritten
 */
record RectifiedGrad(Scaled rectified, float[] dy, boolean own) implements Pending {
  /**
   * Leaves dx to be worked out; false if it has to be done now.
   *
   * @param from whose elements the rectified ones are
   */
  static boolean defer(CpuStorage from, Scaled rectified, Data dy, Data dx) {
    var gradient = (CpuStorage) dy.storage();
    var to = (CpuStorage) dx.storage();
    if (!Blocked.isOwn(dy) || !Blocked.isOwn(dx)) {
      return false;
    }
    Blocked order = rectified.x();
    float[] elements = Blocked.read(dy, order.channels(), order.positions());
    if (gradient == to) {
      to.defer(new RectifiedGrad(rectified, elements, true), from);
    } else {
      to.defer(new RectifiedGrad(rectified, elements, false), gradient, from);
    }
    return true;
  }

  /** What is pending in dy, if it is the gradient after a batch normalisation of x. */
  static @Nullable RectifiedGrad of(Data dy, Data x) {
    return Blocked.isWhole(dy)
            && ((CpuStorage) dy.storage()).content() instanceof RectifiedGrad pending
            && pending.rectified.x().elements() == Blocked.elements(x)
        ? pending
        : null;
  }

  @Override
  public Object settle(int size) {
    Blocked y = rectified.rectified(size, 0);
    float[] z = y.elements();
    float[] dx = own ? dy : z;
    Float32.unaryGrad(UnaryOp.RELU, 0, 0, null, 0, z, 0, dy, 0, dx, 0, size);
    if (own) {
      BufferPool.give(z);
    }
    return new Blocked(dx, y.channels(), y.positions());
  }
}
