package dev.tern.device;

import org.jspecify.annotations.Nullable;

/** The optimizers' steps on one parameter, composed of a backend's primitives. */
final class ComposedSteps {
  private ComposedSteps() {}

  /** The formula of {@link SgdSpec}. */
  static void sgd(Backend b, SgdSpec s, Data parameter, Data gradient, @Nullable Data velocity) {
    Data g = like(b, parameter);
    Data t = like(b, parameter);
    b.affine(gradient, s.maximize() ? -1 : 1, 0, g);
    if (s.weightDecay() != 0) {
      b.affine(parameter, s.weightDecay(), 0, t);
      b.binary(BinaryOp.ADD, g, t, g);
    }
    Data step = g;
    if (velocity != null) {
      if (s.first()) {
        b.affine(g, 1, 0, velocity);
      } else {
        b.affine(velocity, s.momentum(), 0, velocity);
        b.affine(g, 1 - s.dampening(), 0, t);
        b.binary(BinaryOp.ADD, velocity, t, velocity);
      }
      if (s.nesterov()) {
        b.affine(velocity, s.momentum(), 0, t);
        b.binary(BinaryOp.ADD, g, t, g);
      } else {
        step = velocity;
      }
    }
    b.affine(step, s.lr(), 0, t);
    b.binary(BinaryOp.SUB, parameter, t, parameter);
    b.recycle(g.storage());
    b.recycle(t.storage());
  }

  /** The formula of {@link AdamSpec}. */
  static void adam(
      Backend b,
      AdamSpec s,
      Data parameter,
      Data gradient,
      Data first,
      Data second,
      @Nullable Data largest) {
    Data g = like(b, parameter);
    Data t = like(b, parameter);
    b.affine(gradient, s.maximize() ? -1 : 1, 0, g);
    if (s.decoupled()) {
      b.affine(parameter, 1 - s.lr() * s.weightDecay(), 0, parameter);
    } else if (s.weightDecay() != 0) {
      b.affine(parameter, s.weightDecay(), 0, t);
      b.binary(BinaryOp.ADD, g, t, g);
    }
    b.affine(first, s.beta1(), 0, first);
    b.affine(g, 1 - s.beta1(), 0, t);
    b.binary(BinaryOp.ADD, first, t, first);
    b.binary(BinaryOp.MUL, g, g, g);
    b.affine(second, s.beta2(), 0, second);
    b.affine(g, 1 - s.beta2(), 0, g);
    b.binary(BinaryOp.ADD, second, g, second);
    Data divisor = second;
    if (largest != null) {
      b.binary(BinaryOp.MAX, largest, second, largest);
      divisor = largest;
    }
    b.unary(UnaryOp.SQRT, 0, 0, divisor, t);
    b.affine(t, 1 / Math.sqrt(s.correction2()), s.eps(), t);
    b.binary(BinaryOp.DIV, first, t, t);
    b.affine(t, s.lr() / s.correction1(), 0, t);
    b.binary(BinaryOp.SUB, parameter, t, parameter);
    b.recycle(g.storage());
    b.recycle(t.storage());
  }

  private static Data like(Backend b, Data x) {
    return new Data(b.allocate(x.dtype(), x.numel()), 0, x.shape());
  }
}
