package dev.tern;

import dev.tern.shape.AutogradException;
import dev.tern.shape.Shape;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Whole derivatives of functions, {@code torch.autograd.functional}. */
final class Derivatives {
  private Derivatives() {}

  /** A copy of x as a leaf, so that nothing before it is touched. */
  private static Tensor leaf(Tensor x) {
    return x.detach().copy().requiresGrad_(true);
  }

  /** The gradient of {@code sum(y * dy)}, zeros where y does not depend on x. */
  private static Tensor gradient(Tensor y, Tensor x, Tensor dy, boolean createGraph) {
    if (!dy.shape().equals(y.shape()) || dy.dtype() != y.dtype()) {
      throw new AutogradException(
          "vjp: the vector is %s %s, the output %s %s"
              .formatted(dy.dtype(), dy.shape(), y.dtype(), y.shape()));
    }
    if (!y.requiresGrad()) {
      return Tensor.zerosLike(x);
    }
    var engine = new Engine(true, createGraph, new Tensor[] {x});
    @Nullable Tensor found = engine.run(y, dy, false)[0];
    return found == null ? Tensor.zerosLike(x) : found;
  }

  static Tensor vjp(TensorFunction function, Tensor x, Tensor v) {
    try (var on = Autograd.enabled(true)) {
      Tensor leaf = leaf(x);
      return gradient(function.apply(leaf), leaf, v, false).detach();
    }
  }

  /** By differentiating {@code u -> vjp(u)}, which is linear, once more. */
  static Tensor jvp(TensorFunction function, Tensor x, Tensor v) {
    try (var on = Autograd.enabled(true)) {
      Tensor leaf = leaf(x);
      Tensor y = function.apply(leaf);
      Tensor u = Tensor.zerosLike(y).requiresGrad_(true);
      return gradient(gradient(y, leaf, u, true), u, v, false).detach();
    }
  }

  static Tensor hvp(TensorFunction function, Tensor x, Tensor v) {
    try (var on = Autograd.enabled(true)) {
      Tensor leaf = leaf(x);
      return gradient(slope(function, leaf), leaf, v, false).detach();
    }
  }

  /** The gradient of a function of one result, to be differentiated again. */
  private static Tensor slope(TensorFunction function, Tensor leaf) {
    Tensor y = function.apply(leaf);
    if (y.numel() != 1) {
      throw new AutogradException(
          "hessian: wants a function whose result is a single number, got " + y.shape());
    }
    return gradient(y, leaf, Tensor.onesLike(y.detach()), true);
  }

  static Tensor jacobian(TensorFunction function, Tensor x) {
    try (var on = Autograd.enabled(true)) {
      Tensor leaf = leaf(x);
      return rows(function.apply(leaf), leaf);
    }
  }

  static Tensor hessian(TensorFunction function, Tensor x) {
    try (var on = Autograd.enabled(true)) {
      Tensor leaf = leaf(x);
      return rows(slope(function, leaf), leaf);
    }
  }

  /** The gradient of each element of y: {@code [*y, *x]}. */
  private static Tensor rows(Tensor y, Tensor x) {
    Shape shape = y.shape();
    for (int size : x.shape().toArray()) {
      shape = shape.insert(shape.rank(), size);
    }
    if (y.numel() == 0) {
      return Tensor.zerosLike(y.detach()).reshape(shape);
    }
    List<Tensor> rows = new ArrayList<>();
    for (int i = 0; i < y.numel(); i++) {
      Tensor one = Tensor.zerosLike(y.detach());
      one.view(-1).select(0, i).fill_(1);
      rows.add(gradient(y, x, one, false).detach());
    }
    return Tensor.stack(rows, 0).reshape(shape);
  }
}
