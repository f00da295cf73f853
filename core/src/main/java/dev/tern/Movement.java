package dev.tern;

import static dev.tern.Gradient.grad;

import dev.tern.shape.Shape;
import dev.tern.shape.ShapeException;
import dev.tern.shape.View;
import java.util.Arrays;
import java.util.function.UnaryOperator;

/**
 * The same elements seen in another way: views, which share the memory. Only {@code reshape} and
 * {@code flatten} copy, where strides make that necessary.
 */
public sealed interface Movement permits Tensor {
  private Tensor self() {
    return (Tensor) this;
  }

  private Tensor look(String name, View view, Gradient.Reader gradient) {
    Tensor x = self();
    return x.alias(view, x.baseOrSelf()).from(name, grad(x, gradient));
  }

  /** A view of some elements, whose gradient is zeros elsewhere. */
  private Tensor part(String name, UnaryOperator<View> choose) {
    Shape shape = self().shape();
    View region = choose.apply(View.dense(shape));
    return look(name, choose.apply(self().layout()), dy -> intoRegion(dy, shape, region));
  }

  // regions: what a view sees of a dense tensor, and its adjoint

  /** The gradient of looking at a region. */
  static Gradient regionGradient(Tensor x, View region) {
    Shape shape = x.shape();
    return grad(x, dy -> intoRegion(dy, shape, region));
  }

  /** What a view sees of x taken as dense. */
  static Tensor region(Tensor x, View region) {
    Tensor dense = x.contiguous();
    int offset = dense.layout().offset() + region.offset();
    View view = View.strided(region.shape(), region.strides(), offset);
    return dense.alias(view, dense.baseOrSelf()).from("view", regionGradient(dense, region));
  }

  /** Zeros, with dy where the view sees them: added up where elements are seen several times. */
  private static Tensor intoRegion(Tensor dy, Shape shape, View region) {
    Tensor y = dy.empty(shape);
    y.backend().fill(y.data(), 0);
    y.backend().accumulate(dy.data(), y.storage(), region);
    return y.from("intoRegion", grad(dy, ddy -> region(ddy, region)));
  }

  /** x with zeros where the view sees it. */
  static Tensor withoutRegion(Tensor x, View region) {
    return x.sub(intoRegion(region(x, region), x.shape(), region));
  }

  // views

  /**
   * Another shape of as many elements, one of which may be -1: {@code view(-1, 512)}.
   *
   * @throws ShapeException if the number of elements differs, or strides make a copy necessary
   */
  default Tensor view(int... sizes) {
    Tensor x = self();
    View view = x.layout().reshape(x.shape().resolve("view", sizes));
    if (view == null) {
      throw new ShapeException(
          "view: %s with strides %s cannot be seen as %s without a copy; use reshape"
              .formatted(x.shape(), Arrays.toString(x.layout().strides()), Arrays.toString(sizes)));
    }
    Shape shape = x.shape();
    return look("view", view, dy -> dy.reshape(shape));
  }

  /** As {@link #view}, with a copy where that is necessary. */
  default Tensor reshape(int... sizes) {
    Tensor x = self();
    Shape shape = x.shape().resolve("reshape", sizes);
    return x.layout().reshape(shape) == null ? x.contiguous().view(sizes) : view(sizes);
  }

  /** As {@link #reshape(int...)}. */
  default Tensor reshape(Shape shape) {
    return self().shape().equals(shape) ? self() : reshape(shape.toArray());
  }

  /** Everything from dimension {@code start} on as one dimension. */
  default Tensor flatten(int start) {
    return flatten(start, -1);
  }

  /** The dimensions from {@code start} to {@code end}, inclusive, as one. */
  default Tensor flatten(int start, int end) {
    Shape shape = self().shape();
    if (shape.rank() == 0) {
      return reshape(1);
    }
    int from = shape.axis(start);
    int to = shape.axis(end);
    if (from > to) {
      throw new ShapeException("flatten: from dimension " + start + " to " + end + " of " + shape);
    }
    int[] sizes = shape.toArray();
    int[] flat = new int[sizes.length - (to - from)];
    System.arraycopy(sizes, 0, flat, 0, from);
    flat[from] = shape.product(from, to + 1);
    System.arraycopy(sizes, to + 1, flat, from + 1, sizes.length - to - 1);
    return reshape(flat);
  }

  /** Two dimensions exchanged. */
  default Tensor transpose(int dim0, int dim1) {
    Shape shape = self().shape();
    int[] order = new int[shape.rank()];
    Arrays.setAll(order, d -> d);
    order[shape.axis(dim0)] = shape.axis(dim1);
    order[shape.axis(dim1)] = shape.axis(dim0);
    return look("transpose", self().layout().permute(order), dy -> dy.transpose(dim0, dim1));
  }

  /** The transpose of a matrix. */
  default Tensor t() {
    if (self().rank() != 2) {
      throw new ShapeException("t: wants a matrix, got " + self().shape());
    }
    return transpose(0, 1);
  }

  /** The dimensions in another order. */
  default Tensor permute(int... dims) {
    View view = self().layout().permute(dims);
    int[] back = new int[dims.length];
    for (int d = 0; d < dims.length; d++) {
      back[self().shape().axis(dims[d])] = d;
    }
    return look("permute", view, dy -> dy.permute(back));
  }

  /** Without one dimension of size 1; unchanged where it has another size. */
  default Tensor squeeze(int dim) {
    Tensor x = self();
    if (x.rank() == 0 || x.size(dim) != 1) {
      return x;
    }
    int axis = x.shape().axis(dim);
    return look("squeeze", x.layout().select(axis, 0), dy -> dy.unsqueeze(axis));
  }

  /** Without all dimensions of size 1. */
  default Tensor squeeze() {
    Tensor y = self();
    for (int d = y.rank() - 1; d >= 0; d--) {
      y = y.squeeze(d);
    }
    return y;
  }

  /** With a dimension of size 1 put in front of {@code dim}. */
  default Tensor unsqueeze(int dim) {
    int axis = self().shape().insertionAxis(dim);
    return look("unsqueeze", self().layout().unsqueeze(axis), dy -> dy.squeeze(axis));
  }

  /** Broadcast to a larger shape without copying; -1 keeps a size. */
  default Tensor expand(int... sizes) {
    Shape shape = self().shape();
    int[] full = sizes.clone();
    for (int d = 0; d < full.length; d++) {
      int own = d - (full.length - shape.rank());
      full[d] = full[d] == -1 && own >= 0 ? shape.size(own) : full[d];
    }
    return expand(Shape.of(full));
  }

  /** Broadcast to a larger shape without copying. */
  default Tensor expand(Shape shape) {
    return look("expand", self().layout().expand(shape), dy -> dy); // the engine sums it back
  }

  /**
   * {@code length} indices of one dimension from {@code start} on, which counts from the end where
   * negative.
   */
  default Tensor narrow(int dim, int start, int length) {
    int fromEnd = start + self().size(dim);
    return strided("narrow", dim, start < 0 && fromEnd >= 0 ? fromEnd : start, length, 1);
  }

  /**
   * The indices from {@code start} up to {@code end}, exclusive, in steps, Python's {@code a:b:c}.
   */
  default Tensor slice(int dim, int start, int end, int step) {
    int size = self().size(dim);
    int from = Math.min(start < 0 ? Math.max(start + size, 0) : start, size);
    int to = Math.min(end < 0 ? end + size : end, size);
    if (step < 1) {
      throw new ShapeException("slice: wants a step of at least 1, got " + step);
    }
    return strided("slice", dim, from, Math.max(0, (to - from + step - 1) / step), step);
  }

  private Tensor strided(String name, int dim, int start, int length, int step) {
    Tensor x = self();
    int size = x.size(dim);
    if (start < 0
        || length < 0
        || length > 0 && start + (length - 1L) * step >= size
        || start > size) {
      throw new ShapeException(
          "%s: %d from %d on in dimension %d of %s, which has %d"
              .formatted(name, length, start, dim, x.shape(), size));
    }
    return part(name, view -> view.slice(dim, start, length, step));
  }

  /** One index of a dimension, which disappears; counted from the end where negative. */
  default Tensor select(int dim, int index) {
    Tensor x = self();
    int size = x.size(dim);
    int at = index < 0 ? index + size : index;
    if (at < 0 || at >= size) {
      throw new ShapeException(
          "select: index %d in dimension %d of %s, which has %d"
              .formatted(index, dim, x.shape(), size));
    }
    return part("select", view -> view.select(dim, at));
  }

  /** As {@link #diagonal(int, int, int)} of the first two dimensions. */
  default Tensor diagonal() {
    return diagonal(0, 0, 1);
  }

  /**
   * A diagonal of two dimensions, which becomes the last dimension.
   *
   * @param offset 0 for the main diagonal, above it where positive
   */
  default Tensor diagonal(int offset, int dim1, int dim2) {
    Shape shape = self().shape();
    int row = shape.axis(dim1);
    int column = shape.axis(dim2);
    if (row == column) {
      throw new ShapeException("diagonal: dimensions " + dim1 + " and " + dim2 + " are the same");
    }
    int top = Math.max(0, -offset);
    int left = Math.max(0, offset);
    int length = Math.max(0, Math.min(shape.size(row) - top, shape.size(column) - left));
    return part(
        "diagonal",
        view -> {
          View corner = view;
          if (length > 0) {
            corner = view.slice(row, top, length, 1).slice(column, left, length, 1);
          }
          View rest = corner.select(Math.max(row, column), 0).select(Math.min(row, column), 0);
          return with(rest, length, view.stride(row) + view.stride(column));
        });
  }

  /**
   * All windows of some length along a dimension, whose elements become the last dimension, {@code
   * torch.Tensor.unfold}.
   */
  default Tensor unfold(int dim, int size, int step) {
    Shape shape = self().shape();
    int axis = shape.axis(dim);
    if (size < 0 || size > shape.size(axis) || step < 1) {
      throw new ShapeException(
          "unfold: windows of %d at steps of %d in dimension %d of %s"
              .formatted(size, step, dim, shape));
    }
    int windows = (shape.size(axis) - size) / step + 1;
    return part(
        "unfold", view -> with(view.slice(axis, 0, windows, step), size, view.stride(axis)));
  }

  /** A view with one more dimension at the end. */
  private static View with(View view, int size, int stride) {
    int rank = view.shape().rank();
    int[] strides = Arrays.copyOf(view.strides(), rank + 1);
    strides[rank] = stride;
    return View.strided(view.shape().insert(rank, size), strides, view.offset());
  }

  /** Whether a shape equals another but for one dimension. */
  static boolean fits(Shape a, Shape b, int dim) {
    return a.rank() == b.rank() && a.with(dim, 0).equals(b.with(dim, 0));
  }
}
