package dev.tern.shape;

import java.util.Arrays;

/** The sizes of a tensor's dimensions: an immutable value, {@code []} for a single number. */
public final class Shape {
  private static final Shape SCALAR = new Shape(new int[0]);

  private final int[] dims;
  private final int numel;

  private Shape(int[] dims) {
    this.dims = dims;
    this.numel = count(dims);
  }

  private static int count(int[] dims) {
    boolean empty = false;
    long count = 1;
    for (int size : dims) {
      if (size < 0) {
        throw new ShapeException("sizes must not be negative, got " + Arrays.toString(dims));
      }
      empty |= size == 0;
      count = Math.min(count, Integer.MAX_VALUE + 1L) * Math.max(size, 1);
    }
    if (!empty && count > Integer.MAX_VALUE) {
      throw new ShapeException(
          "a tensor holds at most 2^31 - 1 elements, " + Arrays.toString(dims) + " has more");
    }
    return empty ? 0 : (int) count;
  }

  /**
   * A shape of these sizes.
   *
   * @throws ShapeException if one is negative, or there are more than 2^31 - 1 elements
   */
  public static Shape of(int... dims) {
    return dims.length == 0 ? SCALAR : new Shape(dims.clone());
  }

  /** The number of dimensions, 0 for a single number. */
  public int rank() {
    return dims.length;
  }

  /** The number of elements, 1 for a single number. */
  public int numel() {
    return numel;
  }

  /**
   * The size of one dimension, counted from the end where negative.
   *
   * @throws ShapeException if there is no such dimension
   */
  public int size(int dim) {
    return dims[axis(dim)];
  }

  /** The sizes, as an array of the caller's own. */
  public int[] toArray() {
    return dims.clone();
  }

  /**
   * A dimension as an index from 0, counted from the end where negative.
   *
   * @throws ShapeException if there is no such dimension
   */
  public int axis(int dim) {
    return axis(dim, dims.length, this);
  }

  private static int axis(int dim, int rank, Shape shape) {
    int axis = dim < 0 ? dim + rank : dim;
    if (axis < 0 || axis >= rank) {
      throw new ShapeException(
          rank == 0
              ? "a single number has no dimension " + dim
              : "dimension %d of %s: expected %d to %d".formatted(dim, shape, -rank, rank - 1));
    }
    return axis;
  }

  /** An index from 0 for a dimension that is about to be inserted. */
  public int insertionAxis(int dim) {
    return axis(dim, dims.length + 1, this);
  }

  /** The product of the sizes from one dimension (inclusive) to another (exclusive). */
  public int product(int from, int to) {
    int product = 1;
    for (int d = from; d < to; d++) {
      product *= dims[d];
    }
    return product;
  }

  /** This shape with one size replaced. */
  public Shape with(int dim, int size) {
    int[] sizes = dims.clone();
    sizes[axis(dim)] = size;
    return new Shape(sizes);
  }

  /** This shape without one dimension. */
  public Shape without(int dim) {
    int axis = axis(dim);
    int[] sizes = new int[dims.length - 1];
    System.arraycopy(dims, 0, sizes, 0, axis);
    System.arraycopy(dims, axis + 1, sizes, axis, sizes.length - axis);
    return new Shape(sizes);
  }

  /** This shape with a dimension put in front of {@code axis}. */
  public Shape insert(int axis, int size) {
    int[] sizes = new int[dims.length + 1];
    System.arraycopy(dims, 0, sizes, 0, axis);
    sizes[axis] = size;
    System.arraycopy(dims, axis, sizes, axis + 1, dims.length - axis);
    return new Shape(sizes);
  }

  /** The strides of a dense, row-major tensor of this shape, in elements. */
  public int[] strides() {
    int[] strides = new int[dims.length];
    int stride = 1;
    for (int d = dims.length - 1; d >= 0; d--) {
      strides[d] = stride;
      stride *= Math.max(dims[d], 1);
    }
    return strides;
  }

  /**
   * The shape that both broadcast to, by NumPy's rule: aligned at the end, each size equal or 1.
   *
   * @param op the operation that asks, for the message
   * @throws ShapeException if they do not go together
   */
  public static Shape broadcast(String op, Shape a, Shape b) {
    if (a.equals(b)) {
      return a;
    }
    int rank = Math.max(a.rank(), b.rank());
    int[] sizes = new int[rank];
    for (int d = 1; d <= rank; d++) {
      int x = d <= a.rank() ? a.dims[a.rank() - d] : 1;
      int y = d <= b.rank() ? b.dims[b.rank() - d] : 1;
      if (x != y && x != 1 && y != 1) {
        throw new ShapeException(
            "%s: %s and %s do not broadcast; aligned at the end, sizes must be equal or 1, got %d and %d"
                .formatted(op, a, b, x, y));
      }
      sizes[rank - d] = x == 1 ? y : x;
    }
    return new Shape(sizes);
  }

  /**
   * Sizes of which one may be -1, to be worked out from the number of elements.
   *
   * @param op the operation that asks, for the message
   * @throws ShapeException if they do not give this shape's number of elements
   */
  public Shape resolve(String op, int... sizes) {
    long known = 1;
    int open = -1;
    for (int d = 0; d < sizes.length; d++) {
      if (sizes[d] == -1 && open < 0) {
        open = d;
      } else if (sizes[d] < 0) {
        throw new ShapeException(
            op + ": sizes may hold one -1 and nothing else below 0, got " + Arrays.toString(sizes));
      } else {
        known *= sizes[d];
      }
    }
    int[] full = sizes.clone();
    if (open >= 0 && known > 0 && numel % known == 0) {
      full[open] = (int) (numel / known);
      known *= full[open];
    }
    if (known != numel || open >= 0 && full[open] < 0) {
      throw new ShapeException(
          "%s: %s has %d elements, which does not fit %s"
              .formatted(op, this, numel, Arrays.toString(sizes)));
    }
    return new Shape(full);
  }

  @Override
  public boolean equals(Object other) {
    return this == other || other instanceof Shape shape && Arrays.equals(dims, shape.dims);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(dims);
  }

  /** As PyTorch prints it inside {@code torch.Size}: {@code [64, 3, 32, 32]}. */
  @Override
  public String toString() {
    return Arrays.toString(dims);
  }
}
