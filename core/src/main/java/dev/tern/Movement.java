package dev.tern;

import static dev.tern.Gradient.grad;

import dev.tern.shape.Shape;
import dev.tern.shape.ShapeException;
import dev.tern.shape.View;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The same elements seen in another way. Everything here but {@code cat}, {@code stack}, {@code
 * repeat}, {@code flip} and {@code copy} gives a view that shares the memory.
 */
public sealed interface Movement permits Tensor {
  private Tensor self() {
    return (Tensor) this;
  }

  private Tensor look(String name, View view, Gradient.Reader gradient) {
    Tensor x = self();
    return x.alias(view, x.baseOrSelf()).from(name, grad(x, gradient));
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

  /** {@code length} indices of one dimension from {@code start} on. */
  default Tensor narrow(int dim, int start, int length) {
    return strided("narrow", dim, start, length, 1);
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
    Shape shape = x.shape();
    View region = View.dense(shape).slice(dim, start, length, step);
    return look(
        name, x.layout().slice(dim, start, length, step), dy -> intoRegion(dy, shape, region));
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
    Shape shape = x.shape();
    View region = View.dense(shape).select(dim, at);
    return look("select", x.layout().select(dim, at), dy -> intoRegion(dy, shape, region));
  }

  /** Pieces of the given sizes along a dimension. */
  default List<Tensor> split(int[] sizes, int dim) {
    int total = Arrays.stream(sizes).sum();
    if (total != self().size(dim)) {
      throw new ShapeException(
          "split: sizes %s add up to %d, dimension %d of %s has %d"
              .formatted(Arrays.toString(sizes), total, dim, self().shape(), self().size(dim)));
    }
    List<Tensor> pieces = new ArrayList<>();
    int start = 0;
    for (int size : sizes) {
      pieces.add(narrow(dim, start, size));
      start += size;
    }
    return pieces;
  }

  /** At most {@code chunks} pieces of equal size, the last one smaller if it must be. */
  default List<Tensor> chunk(int chunks, int dim) {
    if (chunks < 1) {
      throw new ShapeException("chunk: wants at least 1 piece, got " + chunks);
    }
    int size = self().size(dim);
    int each = Math.max(1, (size + chunks - 1) / chunks);
    int[] sizes = new int[Math.max(1, (size + each - 1) / each)];
    Arrays.fill(sizes, each);
    sizes[sizes.length - 1] = size - each * (sizes.length - 1);
    return split(sizes, dim);
  }

  // copies

  /** A copy of its own, {@code torch.clone()}; gradients flow through it. */
  default Tensor copy() {
    Tensor x = self();
    x.storage().expectHeld();
    Tensor y = x.empty(x.shape());
    x.backend().read(x.storage(), x.layout(), y.data());
    return y.from("copy", grad(x, dy -> dy));
  }

  /** This tensor if its elements lie one after the other, else a copy whose elements do. */
  default Tensor contiguous() {
    return self().isContiguous() ? self() : copy();
  }

  /** The tensor repeated along each dimension, {@code torch.Tensor.repeat}. */
  default Tensor repeat(int... times) {
    Tensor x = self();
    int added = times.length - x.rank();
    if (added < 0) {
      throw new ShapeException(
          "repeat: %s wants a number a dimension, got %s"
              .formatted(x.shape(), Arrays.toString(times)));
    }
    // [n, m] repeated (a, b) is [a, n, b, m], flattened
    int[] split = new int[2 * times.length];
    int[] spread = new int[2 * times.length];
    int[] sizes = new int[times.length];
    for (int d = 0; d < times.length; d++) {
      int size = d < added ? 1 : x.size(d - added);
      split[2 * d] = 1;
      split[2 * d + 1] = size;
      spread[2 * d] = times[d];
      spread[2 * d + 1] = size;
      sizes[d] = times[d] * size;
    }
    return x.reshape(split).expand(spread).reshape(sizes);
  }

  /** The order of some dimensions reversed. */
  default Tensor flip(int... dims) {
    Tensor y = self();
    for (int dim : dims) {
      long[] order = new long[y.size(dim)];
      Arrays.setAll(order, i -> order.length - 1L - i);
      y = y.indexSelect(dim, Tensor.of(order).to(y.device()));
    }
    return y;
  }

  /** Whether a shape equals another but for one dimension. */
  static boolean fits(Shape a, Shape b, int dim) {
    return a.rank() == b.rank() && a.with(dim, 0).equals(b.with(dim, 0));
  }
}
