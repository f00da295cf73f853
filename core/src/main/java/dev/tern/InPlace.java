package dev.tern;

import static dev.tern.Gradient.grad;

import dev.tern.device.BinaryOp;
import dev.tern.device.Data;
import dev.tern.device.Draw;
import dev.tern.device.Generator;
import dev.tern.device.UnaryOp;
import dev.tern.shape.Shape;
import dev.tern.shape.ShapeException;
import dev.tern.shape.View;

/**
 * Operations that change a tensor and everything that shares its memory; their names end in an
 * underscore. Each counts as a new version: a backward pass that needs the old content refuses to
 * run.
 */
public sealed interface InPlace permits Tensor {
  private Tensor self() {
    return (Tensor) this;
  }

  private void binary(String name, BinaryOp op, Tensor other) {
    Tensor x = self();
    Tensor.expectSame(name, x, other);
    if (!Shape.broadcast(name, x.shape(), other.shape()).equals(x.shape())) {
      throw new ShapeException(
          "%s: %s does not broadcast to %s, whose shape stays"
              .formatted(name, other.shape(), x.shape()));
    }
    Data b = other.data();
    x.change(name, out -> x.backend().binary(op, out, b, out));
  }

  /** The other operand, copied where it shares the memory that is about to change. */
  private Tensor apart(Tensor other) {
    return other.storage() == self().storage() ? other.copy() : other;
  }

  private void affine(String name, double scale, double shift) {
    Tensor x = self();
    Numbers.expectFit(name, x, scale, shift);
    x.change(name, out -> x.backend().affine(out, scale, shift, out));
  }

  /** x += y. */
  default Tensor add_(Tensor other) {
    Tensor y = apart(other);
    Tensor before = self().beforeChange("add_");
    binary("add_", BinaryOp.ADD, y);
    return self().afterChange("add_", grad(before, dy -> dy), grad(y, dy -> dy));
  }

  /** x += a number. */
  default Tensor add_(double value) {
    Tensor before = self().beforeChange("add_");
    affine("add_", 1, value);
    return self().afterChange("add_", grad(before, dy -> dy));
  }

  /** x -= y. */
  default Tensor sub_(Tensor other) {
    Tensor y = apart(other);
    Tensor before = self().beforeChange("sub_");
    binary("sub_", BinaryOp.SUB, y);
    return self().afterChange("sub_", grad(before, dy -> dy), grad(y, Tensor::neg));
  }

  /** x -= a number. */
  default Tensor sub_(double value) {
    return add_(-value);
  }

  /** x *= y. */
  default Tensor mul_(Tensor other) {
    Tensor y = apart(other);
    Tensor before = self().beforeChange("mul_");
    Tensor old = keepFor(y);
    binary("mul_", BinaryOp.MUL, y);
    return self().afterChange("mul_", grad(before, dy -> dy.mul(y), y), grad(y, dy -> dy.mul(old)));
  }

  /** x *= a number. */
  default Tensor mul_(double value) {
    Tensor before = self().beforeChange("mul_");
    affine("mul_", value, -0.0); // see mul
    return self().afterChange("mul_", grad(before, dy -> dy.mul(value)));
  }

  /** x /= y. */
  default Tensor div_(Tensor other) {
    Tensor y = apart(other);
    Tensor before = self().beforeChange("div_");
    Tensor old = keepFor(y);
    binary("div_", BinaryOp.DIV, y);
    return self()
        .afterChange(
            "div_",
            grad(before, dy -> dy.div(y), y),
            grad(y, dy -> dy.mul(old).div(y.square()).neg(), y));
  }

  /** x /= a number. */
  default Tensor div_(double value) {
    return div_(Numbers.like("div_", self(), value));
  }

  /** This tensor's content before it changes, where the gradient of {@code other} needs it. */
  private Tensor keepFor(Tensor other) {
    return Autograd.isEnabled() && other.requiresGrad() ? self().asHistory().copy() : self();
  }

  private Tensor overwrite(UnaryOp op, double p, double q, Pointwise.Derivative derivative) {
    Tensor x = self();
    String name = op.label() + "_";
    Tensor before = x.beforeChange(name);
    Tensor old = op.derivativeReadsInput() ? keepFor(before) : x;
    x.change(name, out -> x.backend().unary(op, p, q, out, out));
    // the derivative reads x as this change leaves it, so x has this change for its history there
    return x.afterChange(name, grad(before, dy -> dy.mul(derivative.of(old, x)), x));
  }

  /** x = -x. */
  default Tensor neg_() {
    return mul_(-1);
  }

  /** x = eˣ. */
  default Tensor exp_() {
    return overwrite(UnaryOp.EXP, 0, 0, (x, y) -> y);
  }

  /** x = max(x, 0). */
  default Tensor relu_() {
    return overwrite(UnaryOp.RELU, 0, 0, (x, y) -> y.gt(0).to(y.dtype()));
  }

  /** x = tanh x. */
  default Tensor tanh_() {
    return overwrite(UnaryOp.TANH, 0, 0, (x, y) -> y.square().rsub(1));
  }

  /** x = sigmoid(x). */
  default Tensor sigmoid_() {
    return overwrite(UnaryOp.SIGMOID, 0, 0, (x, y) -> y.mul(y.rsub(1)));
  }

  /** x held between two bounds. */
  default Tensor clamp_(double min, double max) {
    return overwrite(UnaryOp.CLAMP, min, max, (x, y) -> x.ge(min).mul(x.le(max)).to(x.dtype()));
  }

  /** One number everywhere. */
  default Tensor fill_(double value) {
    Tensor x = self();
    Tensor before = x.beforeChange("fill_");
    x.change("fill_", out -> x.backend().fill(out, value));
    return x.afterChange("fill_", grad(before, Tensor::zerosLike));
  }

  /** Zero everywhere. */
  default Tensor zero_() {
    return fill_(0);
  }

  /** The elements of another tensor, broadcast, converted and moved as needed. */
  default Tensor copy_(Tensor source) {
    Tensor x = self();
    Tensor before = x.beforeChange("copy_");
    View spread = source.layout().expand(x.shape());
    Tensor same = source.alias(spread, null).to(x.dtype()).to(x.device()).contiguous();
    x.backend().write(same.data(), x.storage(), x.layout());
    x.storage().changed("copy_");
    return x.afterChange(
        "copy_",
        grad(before, Tensor::zerosLike),
        grad(source, dy -> dy.to(source.dtype()).to(source.device())));
  }

  private Tensor draw(String name, Draw draw, double a, double b, Generator generator) {
    Tensor x = self();
    Tensor before = x.beforeChange(name);
    x.change(name, out -> x.backend().random(draw, generator, a, b, out));
    return x.afterChange(name, grad(before, Tensor::zerosLike));
  }

  /** Numbers uniform in [low, high), from this thread's generator. */
  default Tensor uniform_(double low, double high) {
    return uniform_(low, high, Generator.current());
  }

  /** Numbers uniform in [low, high). */
  default Tensor uniform_(double low, double high, Generator generator) {
    return draw("uniform_", Draw.UNIFORM, low, high, generator);
  }

  /** Numbers with a normal distribution, from this thread's generator. */
  default Tensor normal_(double mean, double std) {
    return normal_(mean, std, Generator.current());
  }

  /** Numbers with a normal distribution. */
  default Tensor normal_(double mean, double std, Generator generator) {
    return draw("normal_", Draw.NORMAL, mean, std, generator);
  }

  /** 1 with probability p, else 0, from this thread's generator. */
  default Tensor bernoulli_(double p) {
    return bernoulli_(p, Generator.current());
  }

  /** 1 with probability p, else 0. */
  default Tensor bernoulli_(double p, Generator generator) {
    if (!(p >= 0 && p <= 1)) {
      throw new IllegalArgumentException("bernoulli_: wants a probability, got " + p);
    }
    return draw("bernoulli_", Draw.BERNOULLI, p, 0, generator);
  }
}
