package dev.tern;

import static dev.tern.Gradient.grad;
import static dev.tern.Gradient.gradInto;

import dev.tern.device.ReduceOp;
import dev.tern.shape.DType;
import dev.tern.shape.DTypeException;
import dev.tern.shape.Shape;
import dev.tern.shape.ShapeException;

/** Fewer elements from more: over all dimensions, or over some, which disappear unless kept. */
public sealed interface Reduction permits Tensor {
  private Tensor self() {
    return (Tensor) this;
  }

  /** Which dimensions are reduced: the named ones, all where none is named. */
  private static boolean[] axes(Shape shape, int[] dims) {
    boolean[] reduced = new boolean[shape.rank()];
    for (int dim : dims) {
      if (shape.rank() == 0) { // a single number counts as a row of one
        Shape.of(1).axis(dim);
        return reduced;
      }
      int axis = shape.axis(dim);
      if (reduced[axis]) {
        throw new ShapeException("dimension " + dim + " of " + shape + " is named twice");
      }
      reduced[axis] = true;
    }
    if (dims.length == 0) {
      java.util.Arrays.fill(reduced, true);
    }
    return reduced;
  }

  private static Shape kept(Shape shape, boolean[] reduced) {
    int[] sizes = shape.toArray();
    for (int d = 0; d < sizes.length; d++) {
      sizes[d] = reduced[d] ? 1 : sizes[d];
    }
    return Shape.of(sizes);
  }

  private static Shape dropped(Shape shape, boolean[] reduced) {
    int[] sizes = new int[shape.rank()];
    int rank = 0;
    for (int d = 0; d < sizes.length; d++) {
      if (!reduced[d]) {
        sizes[rank++] = shape.size(d);
      }
    }
    return Shape.of(java.util.Arrays.copyOf(sizes, rank));
  }

  /** Reduces runs of neighbouring dimensions, the last first, with a backend call each. */
  private Tensor reduce(ReduceOp op, boolean[] reduced, DType dtype, boolean keep) {
    Tensor x = self();
    Tensor y = x.detach();
    for (int end = reduced.length; end > 0; end--) {
      if (reduced[end - 1]) {
        int start = end - 1;
        while (start > 0 && reduced[start - 1]) {
          start--;
        }
        y = reduceRun(op, y, start, end, dtype);
        end = start + 1;
      }
    }
    Shape shape = keep ? kept(x.shape(), reduced) : dropped(x.shape(), reduced);
    return y.storage() == x.storage()
        ? y.to(dtype).copy().reshape(shape)
        : y.alias(dev.tern.shape.View.dense(shape), null);
  }

  private static Tensor reduceRun(ReduceOp op, Tensor x, int start, int end, DType dtype) {
    Shape shape = x.shape();
    int outer = shape.product(0, start);
    int n = shape.product(start, end);
    int inner = shape.product(end, shape.rank());
    Shape to = shape;
    for (int d = start; d < end; d++) {
      to = to.with(d, 1);
    }
    Tensor y = x.empty(dtype, to);
    x.backend().reduce(op, outer, n, inner, x.data(), y.data());
    return y;
  }

  /** The sum of all elements; of BOOL and whole numbers as INT64. */
  default Tensor sum() {
    return sum(false);
  }

  /** The sum over some dimensions. */
  default Tensor sum(int... dims) {
    return sum(false, dims);
  }

  /** The sum over some dimensions (all where none is named), which stay with size 1 if kept. */
  default Tensor sum(boolean keepDim, int... dims) {
    Tensor x = self();
    boolean[] reduced = axes(x.shape(), dims);
    DType dtype = x.dtype().isFloatingPoint() ? x.dtype() : DType.INT64;
    Shape shape = x.shape();
    Shape kept = kept(shape, reduced);
    return reduce(ReduceOp.SUM, reduced, dtype, keepDim)
        .from("sum", grad(x, dy -> dy.reshape(kept).expand(shape)));
  }

  /** Undoes broadcasting: sums a gradient to the shape of the input it belongs to. */
  default Tensor sumTo(Shape shape, String op) {
    Tensor x = self();
    if (x.shape().equals(shape)) {
      return x;
    }
    int added = x.rank() - shape.rank();
    int[] dims = new int[x.rank()];
    int count = 0;
    for (int d = 0; d < x.rank(); d++) {
      boolean broadcast = d < added || shape.size(d - added) == 1 && x.size(d) != 1;
      if (broadcast) {
        dims[count++] = d;
      } else if (added < 0 || shape.size(d - added) != x.size(d)) {
        throw new ShapeException(
            "%s: a gradient of %s does not fit an input of %s".formatted(op, x.shape(), shape));
      }
    }
    Tensor summed = count == 0 ? x : x.sum(true, java.util.Arrays.copyOf(dims, count));
    return summed.reshape(shape);
  }

  /** The mean of all elements. */
  default Tensor mean() {
    return mean(false);
  }

  /** The mean over some dimensions. */
  default Tensor mean(int... dims) {
    return mean(false, dims);
  }

  /** The mean over some dimensions (all where none is named), which stay with size 1 if kept. */
  default Tensor mean(boolean keepDim, int... dims) {
    Tensor x = floating("mean");
    return x.sum(keepDim, dims).div(count(x.shape(), dims));
  }

  /** How many elements are reduced to one. */
  static int count(Shape shape, int[] dims) {
    boolean[] reduced = axes(shape, dims);
    int count = 1;
    for (int d = 0; d < reduced.length; d++) {
      count *= reduced[d] ? shape.size(d) : 1;
    }
    return count;
  }

  private Tensor floating(String op) {
    Tensor x = self();
    if (!x.dtype().isFloatingPoint()) {
      throw new DTypeException(
          op + ": wants a floating-point tensor, got " + x.dtype() + "; cast with to(DType)");
    }
    return x;
  }

  private void expectSome(String op, int[] dims) {
    if (count(self().shape(), dims) == 0) {
      throw new ShapeException(op + ": nothing to choose from in " + self().shape());
    }
  }

  /** The largest along dimensions; equal ones share the gradient, {@code torch.amax}. */
  private Tensor extreme(String name, ReduceOp op, boolean keepDim, int... dims) {
    Tensor x = self();
    expectSome(name, dims);
    boolean[] reduced = axes(x.shape(), dims);
    Shape kept = kept(x.shape(), reduced);
    Tensor y = reduce(op, reduced, x.dtype(), keepDim);
    return y.from(
        name,
        grad(
            x,
            dy -> {
              Tensor ties = x.eq(y.reshape(kept)).to(dy.dtype());
              return ties.div(ties.sum(true, dims)).mul(dy.reshape(kept));
            },
            x,
            y));
  }

  /** The largest over some dimensions (all where none is named); equal ones share the gradient. */
  default Tensor amax(boolean keepDim, int... dims) {
    return extreme("amax", ReduceOp.MAX, keepDim, dims);
  }

  /** The smallest over some dimensions (all where none is named); equal ones share the gradient. */
  default Tensor amin(boolean keepDim, int... dims) {
    return extreme("amin", ReduceOp.MIN, keepDim, dims);
  }

  /** The largest along one dimension; equal ones share the gradient. */
  default Tensor amax(int dim, boolean keepDim) {
    return extreme("amax", ReduceOp.MAX, keepDim, dim);
  }

  /** The smallest along one dimension; equal ones share the gradient. */
  default Tensor amin(int dim, boolean keepDim) {
    return extreme("amin", ReduceOp.MIN, keepDim, dim);
  }

  /** The largest of all elements; equal ones share the gradient. */
  default Tensor max() {
    return extreme("max", ReduceOp.MAX, false);
  }

  /** The smallest of all elements; equal ones share the gradient. */
  default Tensor min() {
    return extreme("min", ReduceOp.MIN, false);
  }

  /** Where the largest along a dimension is, the first of several, INT64. */
  default Tensor argmax(int dim, boolean keepDim) {
    return where("argmax", ReduceOp.ARGMAX, dim, keepDim);
  }

  /** As {@link #argmax(int, boolean)}; the dimension disappears. */
  default Tensor argmax(int dim) {
    return argmax(dim, false);
  }

  /** Where the smallest along a dimension is, the first of several, INT64. */
  default Tensor argmin(int dim, boolean keepDim) {
    return where("argmin", ReduceOp.ARGMIN, dim, keepDim);
  }

  /** As {@link #argmin(int, boolean)}; the dimension disappears. */
  default Tensor argmin(int dim) {
    return argmin(dim, false);
  }

  private Tensor where(String name, ReduceOp op, int dim, boolean keepDim) {
    expectSome(name, new int[] {dim});
    Tensor x = self();
    if (x.rank() == 0) {
      return x.reshape(1).argmax(0, false);
    }
    return reduce(op, axes(x.shape(), new int[] {dim}), DType.INT64, keepDim);
  }

  private ValuesIndices chosen(Tensor indices, int dim, boolean keepDim) {
    Tensor values = self().gather(dim, indices);
    return keepDim
        ? new ValuesIndices(values, indices)
        : new ValuesIndices(values.squeeze(dim), indices.squeeze(dim));
  }

  /** The largest along a dimension and where it is; the first of several gets the gradient. */
  default ValuesIndices max(int dim, boolean keepDim) {
    return chosen(argmax(dim, true), dim, keepDim);
  }

  /** As {@link #max(int, boolean)}; the dimension disappears. */
  default ValuesIndices max(int dim) {
    return max(dim, false);
  }

  /** The smallest along a dimension and where it is; the first of several gets the gradient. */
  default ValuesIndices min(int dim, boolean keepDim) {
    return chosen(argmin(dim, true), dim, keepDim);
  }

  /** As {@link #min(int, boolean)}; the dimension disappears. */
  default ValuesIndices min(int dim) {
    return min(dim, false);
  }

  /** Where the largest of all elements is, counted row-major. */
  default Tensor argmax() {
    return self().reshape(-1).argmax(0);
  }

  /** Where the smallest of all elements is, counted row-major. */
  default Tensor argmin() {
    return self().reshape(-1).argmin(0);
  }

  /** The product of all elements. */
  default Tensor prod() {
    return self().reshape(-1).prod(0);
  }

  /** The product along a dimension. */
  default Tensor prod(int dim, boolean keepDim) {
    Tensor x = self();
    boolean[] reduced = axes(x.shape(), new int[] {dim});
    Shape kept = kept(x.shape(), reduced);
    DType dtype = x.dtype().isFloatingPoint() ? x.dtype() : DType.INT64;
    return reduce(ReduceOp.PROD, reduced, dtype, keepDim)
        .from("prod", grad(x, dy -> dy.reshape(kept).mul(productOfOthers(x, dim)), x));
  }

  /** As {@link #prod(int, boolean)}; the dimension disappears. */
  default Tensor prod(int dim) {
    return prod(dim, false);
  }

  /** d(prod x)/dx_i: the product of all but x_i, by division where no element is 0. */
  private static Tensor productOfOthers(Tensor x, int dim) {
    if (x.eq(0).sum().itemLong() == 0) {
      return x.prod(dim, true).div(x);
    }
    int n = x.size(dim);
    java.util.List<Tensor> others = new java.util.ArrayList<>();
    for (int i = 0; i < n; i++) {
      Tensor rest =
          Tensor.cat(java.util.List.of(x.narrow(dim, 0, i), x.narrow(dim, i + 1, n - i - 1)), dim);
      others.add(rest.prod(dim, true));
    }
    return Tensor.cat(others, dim);
  }

  /** ln Σ eˣ along a dimension, without overflow. */
  default Tensor logsumexp(int dim, boolean keepDim) {
    return logsumexp(keepDim, dim);
  }

  /** ln Σ eˣ over some dimensions (all where none is named), without overflow. */
  default Tensor logsumexp(boolean keepDim, int... dims) {
    Tensor x = floating("logsumexp");
    if (count(x.shape(), dims) == 0) {
      return x.exp().sum(keepDim, dims).log();
    }
    Tensor peak = x.detach().amax(true, dims);
    peak = peak.maskedFill(peak.abs().eq(Double.POSITIVE_INFINITY), 0);
    Tensor sums = x.sub(peak).exp().sum(true, dims).log().add(peak);
    return keepDim ? sums : sums.reshape(dropped(x.shape(), axes(x.shape(), dims)));
  }

  /** eˣ / Σ eˣ along a dimension. */
  default Tensor softmax(int dim) {
    return logSoftmax(dim).exp();
  }

  /** ln (eˣ / Σ eˣ) along a dimension. */
  default Tensor logSoftmax(int dim) {
    Tensor x = floating("logSoftmax");
    if (x.rank() == 0) {
      return x.mul(0);
    }
    Shape shape = x.shape();
    int axis = shape.axis(dim);
    int outer = shape.product(0, axis);
    int n = shape.size(axis);
    int inner = shape.product(axis + 1, shape.rank());
    Tensor y = x.empty(shape);
    x.backend().logSoftmax(outer, n, inner, x.data(), y.data());
    return y.from(
        "logSoftmax",
        gradInto(
            x,
            (dy, mine) -> {
              if (Autograd.isEnabled()) {
                return dy.sub(y.exp().mul(dy.sum(true, axis)));
              }
              Tensor dx = mine ? dy : dy.empty(shape);
              dy.backend().logSoftmaxGrad(outer, n, inner, y.data(), dy.data(), dx.data());
              return dx;
            },
            y));
  }
}
