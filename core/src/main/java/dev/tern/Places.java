package dev.tern;

import static dev.tern.Gradient.grad;

import dev.tern.device.Device;
import dev.tern.device.IndexRange;
import dev.tern.shape.DType;
import dev.tern.shape.DTypeException;
import dev.tern.shape.Shape;
import dev.tern.shape.ShapeException;
import dev.tern.shape.View;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where indices and masks point. */
final class Places {
  private Places() {}

  static void expectIndex(String op, Tensor index) {
    if (index.dtype() != DType.INT64) {
      throw new DTypeException(op + ": wants an INT64 index, got " + index.dtype());
    }
  }

  static void expectMask(String op, Tensor mask) {
    if (mask.dtype() != DType.BOOL) {
      throw new DTypeException(op + ": wants a BOOL mask, got " + mask.dtype());
    }
  }

  /** Runs a kernel that checks its indices, and names the operation where one is out of range. */
  static void inRange(String op, Runnable kernel) {
    try {
      kernel.run();
    } catch (ShapeException e) {
      throw new ShapeException(op + ": " + e.getMessage());
    }
  }

  /** For each element of x its index in a dimension, INT64. */
  static Tensor along(Tensor x, int dim) {
    if (x.rank() == 0) {
      return Tensor.zeros(DType.INT64, x.shape()).to(x.device());
    }
    int axis = x.shape().axis(dim);
    int[] sizes = new int[x.rank()];
    java.util.Arrays.fill(sizes, 1);
    sizes[axis] = x.size(axis);
    return Tensor.arange(x.size(axis)).to(x.device()).view(sizes).expand(x.shape()).contiguous();
  }

  /** Where the elements that {@code gather} takes lie, counted row-major through the whole of x. */
  static Tensor flat(String op, Shape x, int dim, Tensor index) {
    expectIndex(op, index);
    Shape shape = index.shape();
    int rank = x.rank();
    int axis = rank == 0 ? 0 : x.axis(dim);
    boolean fits = shape.rank() == rank;
    for (int d = 0; fits && d < rank; d++) {
      fits = d == axis || shape.size(d) <= x.size(d);
    }
    if (!fits) {
      throw new ShapeException(
          "%s: index %s does not fit %s along dimension %d".formatted(op, shape, x, dim));
    }
    int[] strides = x.strides();
    int step = rank == 0 ? 1 : strides[axis];
    if (rank > 0) {
      strides[axis] = 0;
    }
    IndexRange range = range(op, x, axis);
    Tensor flat = index.empty(shape);
    index.backend().places(range, View.strided(shape, strides, 0), step, index.data(), flat.data());
    return flat.view(-1);
  }

  /** The positions, counted row-major, at which a mask is true. */
  static long[] ofTrue(Tensor mask) {
    byte[] chosen = mask.contiguous().toByteArray();
    long[] positions = new long[chosen.length];
    int count = 0;
    for (int i = 0; i < chosen.length; i++) {
      if (chosen[i] != 0) {
        positions[count++] = i;
      }
    }
    return java.util.Arrays.copyOf(positions, count);
  }

  /**
   * The rows of {@code x: [n, m]}, those that {@code rows} names replaced by the rows of {@code
   * source}; of several for one place the last.
   */
  static Tensor replaced(Tensor x, Tensor rows, Tensor source) {
    if (rows.numel() == 0) {
      return x.copy();
    }
    Tensor from = rows.empty(Shape.of(x.size(0)));
    rows.backend().latest(rows.data(), from.data());
    Tensor taken = source.indexSelect(0, from.clamp(0, Long.MAX_VALUE));
    return Tensor.where(from.ge(0).unsqueeze(1), taken, x);
  }

  /** Zeros of a shape with {@code source}'s slices added at the indices: indexSelect's adjoint. */
  static Tensor added(Shape shape, int dim, Tensor index, Tensor source) {
    Along along = Along.of(shape, dim);
    Tensor y = source.empty(shape);
    y.backend().fill(y.data(), 0);
    inRange(
        "indexAdd",
        () ->
            y.backend()
                .indexAdd(
                    along.outer(),
                    along.n(),
                    along.inner(),
                    source.data(),
                    index.data(),
                    y.data()));
    return y.from("indexAdd", grad(source, dy -> dy.indexSelect(dim, index), index));
  }

  /**
   * What {@code x[i, j, ...]} names: the dimensions that are indexed brought to the front and taken
   * as one.
   *
   * @param rows which elements of the first dimension, counted through the indexed ones
   * @param chosen the shape of the indices, broadcast
   * @param order the dimensions of x, the indexed ones first
   * @param count how many are indexed
   * @param at where the chosen elements' dimensions stand in the result
   */
  record Chosen(Tensor rows, Shape chosen, int[] order, int count, int at) {
    /** x with the indexed dimensions as rows: {@code [n, m]}. */
    Tensor table(Tensor x) {
      int n = 1;
      for (int d = 0; d < count; d++) {
        n *= x.size(order[d]);
      }
      int m = 1;
      for (int d = count; d < order.length; d++) {
        m *= x.size(order[d]);
      }
      return x.permute(order).reshape(n, m);
    }

    /** The shape of the result. */
    Shape shape(Tensor x) {
      Shape shape = chosen;
      for (int d = count; d < order.length; d++) {
        int to = d - count < at ? d - count : shape.rank();
        shape = shape.insert(to, x.size(order[d]));
      }
      return shape;
    }

    /** From {@code [chosen, rest]} to the result's order of dimensions. */
    Tensor result(Tensor x, Tensor taken) {
      int[] sizes = chosen.toArray();
      int rest = order.length - count;
      int[] full = java.util.Arrays.copyOf(sizes, sizes.length + rest);
      for (int d = 0; d < rest; d++) {
        full[sizes.length + d] = x.size(order[count + d]);
      }
      return taken.reshape(full).permute(moved(sizes.length, rest));
    }

    /** The adjoint of {@link #result}: {@code [chosen, rest]} from values of the result's shape. */
    Tensor rowsOf(Tensor values) {
      int[] order = moved(chosen.rank(), values.rank() - chosen.rank());
      int[] back = new int[order.length];
      for (int d = 0; d < order.length; d++) {
        back[order[d]] = d;
      }
      int n = chosen.numel();
      int m = 1;
      Tensor turned = values.permute(back);
      for (int d = chosen.rank(); d < turned.rank(); d++) {
        m *= turned.size(d);
      }
      return turned.reshape(n, m);
    }

    private int[] moved(int front, int rest) {
      int[] moved = new int[front + rest];
      for (int d = 0; d < moved.length; d++) {
        moved[d] = d < at ? front + d : d < at + front ? d - at : d;
      }
      return moved;
    }

    /** A table's rows back in the shape of x. */
    Tensor restored(Tensor x, Tensor table) {
      int[] sizes = new int[order.length];
      int[] back = new int[order.length];
      for (int d = 0; d < order.length; d++) {
        sizes[d] = x.size(order[d]);
        back[order[d]] = d;
      }
      return table.reshape(sizes).permute(back);
    }
  }

  /** Works out {@code x[i, j, ...]}; null stands for all of a dimension. */
  static Chosen chosen(String op, Shape x, @Nullable Tensor[] given) {
    List<@Nullable Tensor> indices = spread(op, x, given);
    Shape chosen = Shape.of();
    List<Integer> indexed = new ArrayList<>();
    for (int d = 0; d < indices.size(); d++) {
      Tensor index = indices.get(d);
      if (index != null) {
        chosen = Shape.broadcast(op, chosen, index.shape());
        indexed.add(d);
      }
    }
    if (indexed.isEmpty()) {
      throw new ShapeException(op + ": wants at least one index, got none");
    }
    int count = indexed.size();
    boolean adjacent = indexed.get(count - 1) - indexed.get(0) == count - 1;
    List<Integer> order = new ArrayList<>(indexed);
    for (int d = 0; d < x.rank(); d++) {
      if (!indexed.contains(d)) {
        order.add(d);
      }
    }
    boolean there =
        indices.stream().allMatch(index -> index == null || index.device() != Device.CPU);
    return new Chosen(
        there ? rowsThere(op, x, indices, chosen) : rowsHere(op, x, indices, chosen),
        chosen,
        order.stream().mapToInt(d -> d).toArray(),
        count,
        adjacent ? indexed.get(0) : 0);
  }

  private static Tensor rowsHere(String op, Shape x, List<@Nullable Tensor> indices, Shape chosen) {
    long[] rows = new long[chosen.numel()];
    for (int d = 0; d < indices.size(); d++) {
      Tensor index = indices.get(d);
      if (index != null) {
        add(op, x, d, index.expand(chosen).toLongArray(), rows);
      }
    }
    return Tensor.of(rows);
  }

  /** Worked out where the indices are, so that nobody waits for them; a wrong one is told later. */
  private static Tensor rowsThere(
      String op, Shape x, List<@Nullable Tensor> indices, Shape chosen) {
    Tensor rows = null;
    int step = 1;
    for (int d = indices.size() - 1; d >= 0; d--) {
      Tensor index = indices.get(d);
      if (index != null) {
        Tensor at = place(op, x, d, step, index.expand(chosen));
        rows = rows == null ? at : rows.add(at);
        step *= x.size(d);
      }
    }
    return rows == null ? Tensor.of(new long[0]) : rows;
  }

  private static Tensor place(String op, Shape x, int dim, int step, Tensor index) {
    int size = x.size(dim);
    Tensor fromTheEnd = index.lt(0).logicalAnd(index.ge(-size));
    Tensor counted = Tensor.where(fromTheEnd, index.add(size), index);
    Tensor place = index.empty(Shape.of(index.numel()));
    if (index.numel() > 0) {
      View nowhere = View.strided(place.shape(), new int[] {0}, 0);
      index.backend().places(range(op, x, dim), nowhere, step, counted.data(), place.data());
    }
    return place;
  }

  /** What is said of an index, and its position, that is out of range for a dimension. */
  private static IndexRange range(String op, Shape x, int dim) {
    return new IndexRange(
        x.rank() == 0 ? 1 : x.size(dim),
        op
            + ": index %d at position %d is out of range for dimension "
            + (dim + " of " + x + ", which has %d"));
  }

  /** {@code rows = rows size + index}, negative ones counted from the end. */
  private static void add(String op, Shape x, int dim, long[] index, long[] rows) {
    int size = x.size(dim);
    for (int i = 0; i < index.length; i++) {
      long at = index[i] < 0 ? index[i] + size : index[i];
      if (at < 0 || at >= size) {
        throw new ShapeException(
            "%s: index %d is out of range for dimension %d of %s, which has %d"
                .formatted(op, index[i], dim, x, size));
      }
      rows[i] = rows[i] * size + at;
    }
  }

  /** One index a dimension: a mask stands for the places where it is true, in each of its own. */
  private static List<@Nullable Tensor> spread(String op, Shape x, @Nullable Tensor[] given) {
    List<@Nullable Tensor> indices = new ArrayList<>();
    for (Tensor index : given) {
      if (index == null) {
        indices.add(null);
      } else if (index.dtype() == DType.BOOL) {
        for (int d = 0; d < index.rank(); d++) {
          int dim = indices.size() + d;
          if (dim >= x.rank() || index.size(d) != x.size(dim)) {
            throw new ShapeException(
                "%s: mask %s does not fit %s from dimension %d on"
                    .formatted(op, index.shape(), x, indices.size()));
          }
        }
        indices.addAll(index.nonzero().unbind(1));
      } else {
        expectIndex(op, index);
        indices.add(index);
      }
    }
    if (indices.size() > x.rank()) {
      throw new ShapeException(
          "%s: %d indices do not fit %s, which has %d dimensions"
              .formatted(op, indices.size(), x, x.rank()));
    }
    return indices;
  }
}
