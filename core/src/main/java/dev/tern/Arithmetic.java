package dev.tern;

import static dev.tern.Gradient.grad;
import static dev.tern.Gradient.gradInto;

import dev.tern.device.BinaryOp;
import dev.tern.device.UnaryOp;
import dev.tern.shape.DType;
import dev.tern.shape.Shape;

/**
 * Functions of two tensors, element by element, broadcast to a common shape (NumPy's rule). The
 * engine sums each gradient to its input's shape.
 */
public sealed interface Arithmetic permits Tensor {
  private Tensor self() {
    return (Tensor) this;
  }

  private Tensor binary(String name, BinaryOp op, Tensor other) {
    Tensor x = self();
    Tensor.expectSame(name, x, other);
    Shape shape = Shape.broadcast(name, x.shape(), other.shape());
    Tensor y = x.empty(op.isComparison() ? DType.BOOL : x.dtype(), shape);
    x.backend().binary(op, x.data(), other.data(), y.data());
    return y;
  }

  private Tensor affine(String name, double scale, double shift) {
    Tensor x = self();
    Numbers.expectFit(name, x, scale, shift);
    Tensor y = x.empty(x.shape());
    x.backend().affine(x.data(), scale, shift, y.data());
    return y.from(
        name,
        gradInto(
            x,
            (dy, mine) -> {
              if (scale == 1) {
                return dy;
              }
              if (!mine) {
                return dy.mul(scale);
              }
              dy.backend().affine(dy.data(), scale, -0.0, dy.data());
              return dy;
            }));
  }

  /** x + y. */
  default Tensor add(Tensor other) {
    Tensor x = self();
    return binary("add", BinaryOp.ADD, other).from("add", grad(x, dy -> dy), grad(other, dy -> dy));
  }

  /** x + a number. */
  default Tensor add(double value) {
    return affine("add", 1, value);
  }

  /** x - y. */
  default Tensor sub(Tensor other) {
    Tensor x = self();
    return binary("sub", BinaryOp.SUB, other)
        .from("sub", grad(x, dy -> dy), gradInto(other, Arithmetic::negated));
  }

  /** x - a number. */
  default Tensor sub(double value) {
    return affine("sub", 1, -value);
  }

  /** A number - x. */
  default Tensor rsub(double value) {
    return affine("rsub", -1, value);
  }

  /** x y. */
  default Tensor mul(Tensor other) {
    Tensor x = self();
    return binary("mul", BinaryOp.MUL, other)
        .from(
            "mul",
            gradInto(x, (dy, mine) -> times(dy, other, mine), other), // d(xy)/dx = y
            gradInto(other, (dy, mine) -> times(dy, x, mine), x));
  }

  /** dy y, in dy's own memory where the engine alone holds it. */
  private static Tensor times(Tensor dy, Tensor y, boolean mine) {
    if (!mine) {
      return dy.mul(y);
    }
    dy.backend().binary(BinaryOp.MUL, dy.data(), y.data(), dy.data());
    return dy;
  }

  /** -dy, likewise. */
  static Tensor negated(Tensor dy, boolean mine) {
    if (!mine) {
      return dy.neg();
    }
    dy.backend().unary(UnaryOp.NEG, 0, 0, dy.data(), dy.data());
    return dy;
  }

  /** x times a number. */
  default Tensor mul(double value) {
    return affine("mul", value, -0.0); // -0 is what leaves every product, a zero too, as it is
  }

  /** x / y; whole numbers are rounded towards zero. */
  default Tensor div(Tensor other) {
    Tensor x = self();
    Tensor y = binary("div", BinaryOp.DIV, other);
    return y.from(
        "div",
        grad(x, dy -> dy.div(other), other),
        grad(other, dy -> dy.mul(x).div(other.square()).neg(), x, other)); // d(x/y)/dy = -x/y²
  }

  /** x / a number. */
  default Tensor div(double value) {
    return self().div(Numbers.like("div", self(), value));
  }

  /** x to the power y. */
  default Tensor pow(Tensor other) {
    Tensor x = self();
    Tensor y = binary("pow", BinaryOp.POW, other);
    return y.from(
        "pow",
        grad(
            x,
            dy -> Tensor.where(other.eq(0), dy.mul(0), dy.mul(other).mul(x.pow(other.sub(1)))),
            x,
            other),
        grad(
            other,
            dy ->
                Tensor.where(
                    x.eq(0).mul(other.ge(0)), dy.mul(0), dy.mul(x.pow(other)).mul(x.log())),
            x,
            other));
  }

  /** The larger one; at a tie each gets half the gradient. */
  default Tensor maximum(Tensor other) {
    Tensor x = self();
    return binary("maximum", BinaryOp.MAX, other)
        .from(
            "maximum",
            grad(x, dy -> dy.mul(share(x.gt(other), x.eq(other), dy.dtype())), x, other),
            grad(other, dy -> dy.mul(share(other.gt(x), other.eq(x), dy.dtype())), x, other));
  }

  /** The smaller one; at a tie each gets half the gradient. */
  default Tensor minimum(Tensor other) {
    Tensor x = self();
    return binary("minimum", BinaryOp.MIN, other)
        .from(
            "minimum",
            grad(x, dy -> dy.mul(share(x.lt(other), x.eq(other), dy.dtype())), x, other),
            grad(other, dy -> dy.mul(share(other.lt(x), other.eq(x), dy.dtype())), x, other));
  }

  private static Tensor share(Tensor wins, Tensor ties, DType dtype) {
    return wins.to(dtype).add(ties.to(dtype).mul(0.5));
  }

  /** The remainder with the divisor's sign, {@code torch.remainder}, Python's {@code %}. */
  default Tensor remainder(Tensor other) {
    Tensor x = self();
    return binary("remainder", BinaryOp.REMAINDER, other)
        .from(
            "remainder",
            grad(x, dy -> dy),
            grad(other, dy -> dy.mul(x.div(other).floor()).neg(), x, other));
  }

  /** Whether x = y, as BOOL. */
  default Tensor eq(Tensor other) {
    return binary("eq", BinaryOp.EQ, other);
  }

  /** Whether x is this number, as BOOL. */
  default Tensor eq(double value) {
    return compare(BinaryOp.EQ, value);
  }

  /** Whether x ≠ y, as BOOL. */
  default Tensor ne(Tensor other) {
    return binary("ne", BinaryOp.NE, other);
  }

  /** Whether x is another number, as BOOL. */
  default Tensor ne(double value) {
    return compare(BinaryOp.NE, value);
  }

  /** Whether x is below y, as BOOL. */
  default Tensor lt(Tensor other) {
    return binary("lt", BinaryOp.LT, other);
  }

  /** Whether x is below this number, as BOOL. */
  default Tensor lt(double value) {
    return compare(BinaryOp.LT, value);
  }

  /** Whether x ≤ y, as BOOL. */
  default Tensor le(Tensor other) {
    return binary("le", BinaryOp.LE, other);
  }

  /** Whether x is at most this number, as BOOL. */
  default Tensor le(double value) {
    return compare(BinaryOp.LE, value);
  }

  /** Whether x is above y, as BOOL. */
  default Tensor gt(Tensor other) {
    return binary("gt", BinaryOp.GT, other);
  }

  /** Whether x is above this number, as BOOL. */
  default Tensor gt(double value) {
    return compare(BinaryOp.GT, value);
  }

  /** Whether x ≥ y, as BOOL. */
  default Tensor ge(Tensor other) {
    return binary("ge", BinaryOp.GE, other);
  }

  /** Whether x is at least this number, as BOOL. */
  default Tensor ge(double value) {
    return compare(BinaryOp.GE, value);
  }

  private Tensor compare(BinaryOp op, double value) {
    String name = op.name().toLowerCase(java.util.Locale.ROOT);
    return binary(name, op, Numbers.like(name, self(), value));
  }

  /** x with a number wherever the BOOL mask is true, {@code masked_fill}. */
  default Tensor maskedFill(Tensor mask, double value) {
    return Tensor.where(mask, Numbers.like("maskedFill", self(), value), self());
  }

  /** x + weight (end - x). */
  default Tensor lerp(Tensor end, double weight) {
    Tensor x = self();
    // from the nearer end, so that weight 1 gives it exactly
    return weight < 0.5 ? x.add(end.sub(x).mul(weight)) : end.sub(end.sub(x).mul(1 - weight));
  }

  /** x + weight (end - x), element by element. */
  default Tensor lerp(Tensor end, Tensor weight) {
    Tensor x = self();
    Tensor way = end.sub(x);
    Tensor near = weight.detach().abs().lt(0.5);
    return Tensor.where(near, x.add(way.mul(weight)), end.sub(way.mul(weight.rsub(1))));
  }

  /** x + value a b. */
  default Tensor addcmul(Tensor a, Tensor b, double value) {
    return self().add(a.mul(b).mul(value));
  }

  /** x + value a / b. */
  default Tensor addcdiv(Tensor a, Tensor b, double value) {
    return self().add(a.div(b).mul(value));
  }

  /** x + alpha y. */
  default Tensor add(Tensor other, double alpha) {
    return self().add(other.mul(alpha));
  }

  /** x - alpha y. */
  default Tensor sub(Tensor other, double alpha) {
    return self().sub(other.mul(alpha));
  }

  /** A number to the power x. */
  default Tensor rpow(double base) {
    return Numbers.like("rpow", self(), base).pow(self());
  }

  /** A number divided by x. */
  default Tensor rdiv(double value) {
    return Numbers.like("rdiv", self(), value).div(self());
  }
}
