package dev.tern.device.cpu;

import dev.tern.device.Data;
import dev.tern.device.PoolSpec;
import dev.tern.device.UnaryOp;
import org.jspecify.annotations.Nullable;

/**
 * {@code op(x)} of an activation, put off: if 2x2 max pooling is all that reads it, the largest x
 * of each window is looked for first and op is computed of that alone, a quarter of the elements.
 * The result is the same, for op never falls where x grows. A pool's gradient is put off likewise,
 * to be multiplied by op's derivative while it is small. The activation itself and its gradient
 * before op are then never in memory.
 */
final class PendingActivation implements Pending {
  private final UnaryOp op;
  private final double p;
  private final double q;
  private final CpuStorage from;
  private final Object x; // an array, Blocked or Scaled

  /** The pooled result while nobody has changed it. */
  private @Nullable CpuStorage pooled;

  private int version;

  private PendingActivation(UnaryOp op, double p, double q, CpuStorage input) {
    this.op = op;
    this.p = p;
    this.q = q;
    if (input.content() instanceof PendingNorm norm) {
      this.from = norm.from();
      this.x = norm.scaled();
    } else {
      this.from = input;
      this.x = input.settled();
    }
  }

  /** Puts off {@code out = op(x)}; false if it has to be done now. */
  static boolean defer(UnaryOp op, double p, double q, Data x, Data out) {
    var input = (CpuStorage) x.storage();
    boolean rises = op == UnaryOp.RELU || op == UnaryOp.TANH || op == UnaryOp.SIGMOID;
    if (!rises
        || x.numel() < FEWEST
        || x.shape().rank() != 4
        || input == out.storage()
        || !Blocked.isOwn(x)
        || !Blocked.isOwn(out)) {
      return false;
    }
    var activation = new PendingActivation(op, p, q, input);
    ((CpuStorage) out.storage()).defer(activation, activation.from);
    return true;
  }

  @Override
  public Object settle(int size) {
    if (x instanceof Scaled scaled) {
      boolean relu = op == UnaryOp.RELU;
      Blocked y = scaled.rectified(size, relu ? 0 : Float.NEGATIVE_INFINITY);
      if (!relu) {
        Float32.unary(op, p, q, y.elements(), 0, y.elements(), 0, size);
      }
      return y;
    }
    float[] y = BufferPool.floats(size);
    Float32.unary(op, p, q, Pending.elements(x), 0, y, 0, size);
    return x instanceof Blocked order ? new Blocked(y, order.channels(), order.positions()) : y;
  }

  /**
   * The pending activation or normalisation {@code term}, plus what is in z.
   *
   * @return false if nothing is pending there, or the order of its elements is the plain one
   */
  static boolean add(Data term, Data z, Data out) {
    Object content = of(term);
    Scaled scaled = content instanceof PendingNorm norm ? norm.scaled() : null;
    float floor = Float.NEGATIVE_INFINITY;
    if (content instanceof PendingActivation activation && activation.op == UnaryOp.RELU) {
      scaled = Scaled.read(activation.x);
      floor = 0;
    }
    int n = out.numel();
    if (scaled == null || term.numel() != n || !Blocked.isWhole(z) || z.numel() != n) {
      return false;
    }
    Blocked order = scaled.x();
    float[] elements = Blocked.read(z, order.channels(), order.positions());
    float[] to = Blocked.write(out, order.channels(), order.positions());
    if (to == null) {
      return false;
    }
    scaled.rectifyAndAdd(n, floor, elements, to);
    return true;
  }

  /** The pooled activation of a pending one; false if that is none. */
  static boolean maxPool(PoolSpec s, Data activation, Data y) {
    var to = (CpuStorage) y.storage();
    if (!(of(activation) instanceof PendingActivation pending) || !Blocked.isWhole(y)) {
      return false;
    }
    to.replace(pending.pool(s));
    pending.pooled = to;
    pending.version = to.version();
    return true;
  }

  private Object pool(PoolSpec s) {
    Object largest = Pool2x2.forward(s, x);
    float[] y = Pending.elements(largest);
    Float32.unary(op, p, q, y, 0, y, 0, s.outputShape().numel());
    return largest;
  }

  /** Puts off the gradient of {@link #maxPool}; false if it has to be worked out now. */
  static boolean deferPoolGrad(PoolSpec s, Data activation, Data dy, Data dx) {
    if (!(of(activation) instanceof PendingActivation pending)
        || !Blocked.isOwn(dy)
        || !Blocked.isOwn(dx)) {
      return false;
    }
    var gradient = (CpuStorage) dy.storage();
    ((CpuStorage) dx.storage())
        .defer(new PoolGrad(s, pending, gradient.settled()), gradient, pending.from);
    return true;
  }

  /** {@code dx = op'(y) dy} of a pending y; false if it has to be read. */
  static boolean gradient(UnaryOp op, @Nullable Data y, Data dy, Data dx) {
    if (y == null
        || !(of(y) instanceof PendingActivation activation)
        || activation.op != op
        || !Blocked.isOwn(dx)) {
      return false;
    }
    if (of(dy) instanceof PoolGrad pool && pool.activation == activation) {
      ((CpuStorage) dx.storage()).replace(pool.timesDerivative());
      return true;
    }
    return op == UnaryOp.RELU && activation.rectifiedGrad(dy, dx);
  }

  /** ReLU's gradient, which needs to know only where x is above 0. */
  private boolean rectifiedGrad(Data dy, Data dx) {
    if (x instanceof Scaled scaled) {
      return RectifiedGrad.defer(from, scaled, dy, dx);
    }
    if (!(x instanceof Blocked order) || !Blocked.isWhole(dy)) {
      return false;
    }
    float[] z = order.elements();
    float[] gradient = Blocked.read(dy, order.channels(), order.positions());
    float[] to = Blocked.writeOwn(dx, order.channels(), order.positions());
    Float32.unaryGrad(op, p, q, null, 0, z, 0, gradient, 0, to, 0, dx.numel());
    return true;
  }

  private static @Nullable Object of(Data x) {
    return Blocked.isWhole(x) ? ((CpuStorage) x.storage()).content() : null;
  }

  /** The pooled result, once more if it was changed or given back meanwhile. */
  private Object pooled(PoolSpec s) {
    CpuStorage kept = pooled;
    return kept != null && kept.version() == version && kept.isHeld() ? kept.settled() : pool(s);
  }

  /** The gradient of 2x2 max pooling of a pending activation. */
  private record PoolGrad(PoolSpec spec, PendingActivation activation, Object dy)
      implements Pending {
    @Override
    public Object settle(int size) {
      return Pool2x2.grad(spec, activation.x, dy);
    }

    /** The gradient of op and of the pool. */
    Object timesDerivative() {
      PendingActivation a = activation;
      int n = spec.outputShape().numel();
      Object ordered = Pool2x2.inOrderOf(spec, a.x, dy);
      float[] y = Pending.elements(Pool2x2.inOrderOf(spec, a.x, a.pooled(spec)));
      float[] small = BufferPool.floats(n);
      Float32.unaryGrad(a.op, a.p, a.q, null, 0, y, 0, Pending.elements(ordered), 0, small, 0, n);
      Object content =
          ordered instanceof Blocked order
              ? new Blocked(small, order.channels(), order.positions())
              : small;
      Object dx = Pool2x2.grad(spec, a.x, content);
      BufferPool.give(small);
      return dx;
    }
  }
}
