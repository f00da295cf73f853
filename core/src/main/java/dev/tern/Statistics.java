package dev.tern;

import static dev.tern.Gradient.grad;

import dev.tern.shape.DTypeException;
import dev.tern.shape.Shape;
import dev.tern.shape.ShapeException;

/** Spread, distance and sums without NaN. */
public sealed interface Statistics permits Tensor {
  /**
   * A variance and the mean it is measured from.
   *
   * @param var the variance
   * @param mean the mean
   */
  record VarMean(Tensor var, Tensor mean) {}

  /**
   * The two ends.
   *
   * @param min the smallest
   * @param max the largest
   */
  record MinMax(Tensor min, Tensor max) {}

  private Tensor self() {
    return (Tensor) this;
  }

  private Tensor floating(String op) {
    Tensor x = self();
    if (!x.dtype().isFloatingPoint()) {
      throw new DTypeException(
          op + ": wants a floating-point tensor, got " + x.dtype() + "; cast with to(DType)");
    }
    return x;
  }

  /** The variance over some dimensions (all where none is named), divided by n - 1. */
  default Tensor var(int... dims) {
    return var(true, false, dims);
  }

  /**
   * The variance over some dimensions (all where none is named): divided by n - 1 if unbiased, else
   * n.
   */
  default Tensor var(boolean unbiased, boolean keepDim, int... dims) {
    return varMean(unbiased, keepDim, dims).var();
  }

  /** As {@link #var(boolean, boolean, int...)}, with the mean. */
  default VarMean varMean(boolean unbiased, boolean keepDim, int... dims) {
    Tensor x = floating("var");
    int n = Reduction.count(x.shape(), dims);
    Tensor mean = x.mean(true, dims);
    Tensor squares = x.sub(mean).square().sum(keepDim, dims);
    Tensor var = squares.div(unbiased ? n - 1 : n);
    return new VarMean(var, keepDim ? mean : mean.reshape(var.shape()));
  }

  /** The standard deviation over some dimensions (all where none is named), by n - 1. */
  default Tensor std(int... dims) {
    return std(true, false, dims);
  }

  /**
   * The standard deviation, the root of {@link #var(boolean, boolean, int...)}; gradient 0 where it
   * is 0.
   */
  default Tensor std(boolean unbiased, boolean keepDim, int... dims) {
    return root(var(unbiased, keepDim, dims), 2);
  }

  /** The n-th root of what is not negative; it has no derivative at 0, here 0 as in PyTorch. */
  private static Tensor root(Tensor x, double n) {
    Tensor zero = x.detach().eq(0);
    Tensor positive = x.maskedFill(zero, 1);
    return (n == 2 ? positive.sqrt() : positive.pow(1 / n)).maskedFill(zero, 0);
  }

  /** The smallest and the largest over some dimensions (all where none is named). */
  default MinMax aminmax(boolean keepDim, int... dims) {
    return new MinMax(self().amin(keepDim, dims), self().amax(keepDim, dims));
  }

  /** The sum over some dimensions (all where none is named), NaN left out. */
  default Tensor nansum(boolean keepDim, int... dims) {
    Tensor x = self();
    return x.maskedFill(x.detach().isNaN(), 0).sum(keepDim, dims);
  }

  /** The mean over some dimensions (all where none is named), NaN left out. */
  default Tensor nanmean(boolean keepDim, int... dims) {
    Tensor x = floating("nanmean");
    Tensor count = x.detach().isNaN().logicalNot().sum(keepDim, dims).to(x.dtype());
    return nansum(keepDim, dims).div(count);
  }

  /** The p-norm of all elements, {@code (Σ|x|ᵖ)^(1/p)}; gradient 0 at 0. */
  default Tensor norm(double p) {
    return norm(p, false);
  }

  /** The 2-norm of all elements; gradient 0 at 0. */
  default Tensor norm() {
    return norm(2);
  }

  /** The p-norm along a dimension; gradient 0 at 0. */
  default Tensor norm(double p, int dim, boolean keepDim) {
    return norm(p, keepDim, dim);
  }

  /**
   * The p-norm over some dimensions (all where none is named), {@code torch.linalg.vector_norm}:
   * the largest |x| for infinite p, the smallest for minus infinity, how many are not 0 for 0.
   */
  default Tensor norm(double p, boolean keepDim, int... dims) {
    Tensor x = floating("norm");
    if (p == 1) {
      return x.abs().sum(keepDim, dims);
    }
    if (p == 0) {
      Tensor count = x.ne(0).to(x.dtype()).sum(keepDim, dims);
      return count.from("norm", grad(x, dy -> Tensor.zerosLike(x)));
    }
    if (Double.isInfinite(p)) {
      return p > 0 ? x.abs().amax(keepDim, dims) : x.abs().amin(keepDim, dims);
    }
    Tensor powers = (p == 2 ? x.square() : x.abs().pow(p)).sum(keepDim, dims);
    return root(powers, p);
  }

  /** The p-norm of the difference. */
  default Tensor dist(Tensor other, double p) {
    return self().sub(other).norm(p);
  }

  /**
   * The p-norms of all differences of rows: {@code [*, n, k]} and {@code [*, m, k]} give {@code [*,
   * n, m]}.
   */
  default Tensor cdist(Tensor other, double p) {
    Tensor x = self();
    if (x.rank() < 2 || other.rank() < 2 || x.size(-1) != other.size(-1)) {
      throw new ShapeException(
          "cdist: %s does not fit %s; expected [*, n, k] and [*, m, k]"
              .formatted(other.shape(), x.shape()));
    }
    return x.unsqueeze(-2).sub(other.unsqueeze(-3)).norm(p, -1, false);
  }

  /** How each row of {@code [n, observations]} varies with each: {@code [n, n]}, by n - 1. */
  default Tensor cov() {
    Tensor x = floating("cov");
    if (x.rank() > 2) {
      throw new ShapeException("cov: wants [variables, observations], got " + x.shape());
    }
    Tensor rows = x.rank() < 2 ? x.reshape(1, -1) : x;
    Tensor centred = rows.sub(rows.mean(true, 1));
    Tensor product = centred.matmul(centred.t()).div(rows.size(1) - 1);
    return x.rank() < 2 ? product.reshape(Shape.of()) : product;
  }

  /** As {@link #cov()}, divided by both standard deviations. */
  default Tensor corrcoef() {
    Tensor cov = cov();
    if (cov.rank() == 0) {
      return cov.div(cov);
    }
    Tensor std = cov.diagonal().sqrt();
    return cov.div(std.unsqueeze(1)).div(std.unsqueeze(0)).clamp(-1, 1);
  }
}
