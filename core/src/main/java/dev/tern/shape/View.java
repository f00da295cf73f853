package dev.tern.shape;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * How a tensor's elements lie in its storage: element {@code [i, j, ...]} is at {@code offset + i *
 * stride(0) + j * stride(1) + ...}. An immutable value; every movement gives a new one.
 */
public final class View {
  private final Shape shape;
  private final int[] strides;
  private final int offset;
  private final boolean dense;

  private View(Shape shape, int[] strides, int offset) {
    this.shape = shape;
    this.strides = strides;
    this.offset = shape.numel() == 0 ? 0 : offset; // nothing is nowhere
    this.dense = isDense(shape, strides);
  }

  private View(Shape shape, int offset) {
    this.shape = shape;
    this.strides = shape.strides();
    this.offset = shape.numel() == 0 ? 0 : offset;
    this.dense = true;
  }

  private static boolean isDense(Shape shape, int[] strides) {
    int expected = 1;
    for (int d = strides.length - 1; d >= 0; d--) {
      int size = shape.size(d);
      if (size != 1) {
        if (strides[d] != expected) {
          return shape.numel() == 0;
        }
        expected *= size;
      }
    }
    return true;
  }

  /** A dense, row-major view from the start of a storage. */
  public static View dense(Shape shape) {
    return new View(shape, 0);
  }

  /** A dense, row-major view from an offset, in elements. */
  public static View dense(Shape shape, int offset) {
    return new View(shape, offset);
  }

  /** A view with strides of the caller's choice, in elements. */
  public static View strided(Shape shape, int[] strides, int offset) {
    if (strides.length != shape.rank()) {
      throw new ShapeException(
          "a view of " + shape + " needs " + shape.rank() + " strides, got " + strides.length);
    }
    return new View(shape, strides.clone(), offset);
  }

  /** The sizes seen through this view. */
  public Shape shape() {
    return shape;
  }

  /** The step of one dimension, in elements. */
  public int stride(int dim) {
    return strides[shape.axis(dim)];
  }

  /** All steps, as an array of the caller's own. */
  public int[] strides() {
    return strides.clone();
  }

  /** Where the first element is. */
  public int offset() {
    return offset;
  }

  /** Whether the elements lie one after the other, row-major: what kernels work on. */
  public boolean isDense() {
    return dense;
  }

  /**
   * Whether several elements may lie in one place, as in an expanded view or in windows that
   * overlap.
   */
  public boolean overlaps() {
    Integer[] order = new Integer[strides.length];
    Arrays.setAll(order, d -> d);
    Arrays.sort(order, java.util.Comparator.comparingInt(d -> strides[d]));
    long reach = 0; // of the dimensions with smaller steps
    for (int d : order) {
      if (shape.size(d) > 1) {
        if (strides[d] <= reach) {
          return shape.numel() > 0;
        }
        reach += (long) (shape.size(d) - 1) * strides[d];
      }
    }
    return false;
  }

  /** One past the largest index that the view touches, 0 where it is empty. */
  public long end() {
    if (shape.numel() == 0) {
      return 0;
    }
    long last = offset;
    for (int d = 0; d < strides.length; d++) {
      last += (long) Math.max(strides[d], 0) * (shape.size(d) - 1);
    }
    return last + 1;
  }

  /**
   * Dimensions in another order: dimension d of the result is dimension {@code order[d]} of this.
   */
  public View permute(int... order) {
    int rank = shape.rank();
    int[] sizes = new int[rank];
    int[] steps = new int[rank];
    boolean[] seen = new boolean[rank];
    boolean fits = order.length == rank;
    for (int d = 0; fits && d < rank; d++) {
      int from = shape.axis(order[d]);
      fits = !seen[from];
      seen[from] = true;
      sizes[d] = shape.size(from);
      steps[d] = strides[from];
    }
    if (!fits) {
      throw new ShapeException(
          "permute: %s wants each of its %d dimensions once, got %s"
              .formatted(shape, rank, Arrays.toString(order)));
    }
    return new View(Shape.of(sizes), steps, offset);
  }

  /**
   * Every {@code step}-th element of one dimension, {@code length} of them, beginning at {@code
   * start}.
   */
  public View slice(int dim, int start, int length, int step) {
    int axis = shape.axis(dim);
    int[] steps = strides.clone();
    steps[axis] *= step;
    return new View(shape.with(axis, length), steps, offset + start * strides[axis]);
  }

  /** Without one dimension, at one of its indices. */
  public View select(int dim, int index) {
    int axis = shape.axis(dim);
    int[] steps = new int[strides.length - 1];
    System.arraycopy(strides, 0, steps, 0, axis);
    System.arraycopy(strides, axis + 1, steps, axis, steps.length - axis);
    return new View(shape.without(axis), steps, offset + index * strides[axis]);
  }

  /** With a dimension of size 1 put in front of {@code axis}. */
  public View unsqueeze(int axis) {
    int[] steps = new int[strides.length + 1];
    System.arraycopy(strides, 0, steps, 0, axis);
    steps[axis] = axis < strides.length ? strides[axis] * Math.max(shape.size(axis), 1) : 1;
    System.arraycopy(strides, axis, steps, axis + 1, strides.length - axis);
    return new View(shape.insert(axis, 1), steps, offset);
  }

  /**
   * Broadcast to a larger shape, by steps of 0: no element is copied.
   *
   * @throws ShapeException if it does not broadcast to it
   */
  public View expand(Shape to) {
    int added = to.rank() - shape.rank();
    int[] steps = new int[to.rank()];
    boolean fits = added >= 0;
    for (int d = 0; fits && d < shape.rank(); d++) {
      int size = shape.size(d);
      int wanted = to.size(d + added);
      fits = size == wanted || size == 1;
      steps[d + added] = size == wanted ? strides[d] : 0;
    }
    if (!fits) {
      throw new ShapeException(
          "expand: %s does not broadcast to %s; aligned at the end, sizes must be equal or 1"
              .formatted(shape, to));
    }
    return new View(to, steps, offset);
  }

  /**
   * The same elements in another shape, or null where that takes a copy (PyTorch's rule for {@code
   * view}).
   */
  public @Nullable View reshape(Shape to) {
    if (dense) {
      return new View(to, offset);
    }
    if (shape.numel() == 0) {
      return new View(to, offset);
    }
    int[] steps = new int[to.rank()];
    int next = to.rank() - 1;
    int chunk = 1;
    int taken = 1;
    int step = shape.rank() == 0 ? 1 : strides[shape.rank() - 1];
    for (int d = shape.rank() - 1; d >= 0; d--) {
      chunk *= shape.size(d);
      boolean ends = d == 0 || shape.size(d - 1) != 1 && strides[d - 1] != chunk * step;
      if (ends) {
        while (next >= 0 && (taken < chunk || to.size(next) == 1)) {
          steps[next] = taken * step;
          taken *= to.size(next);
          next--;
        }
        if (taken != chunk) {
          return null;
        }
        if (d > 0) {
          step = strides[d - 1];
          chunk = 1;
          taken = 1;
        }
      }
    }
    return next >= 0 ? null : new View(to, steps, offset);
  }

  @Override
  public String toString() {
    return "View[shape=%s, strides=%s, offset=%d]"
        .formatted(shape, Arrays.toString(strides), offset);
  }
}
