package dev.tern;

import static dev.tern.Gradient.grad;

import dev.tern.shape.DType;
import dev.tern.shape.DTypeException;
import dev.tern.shape.Shape;
import dev.tern.shape.ShapeException;

/** Elements chosen by index or by mask. */
public sealed interface Indexing permits Tensor {
  private Tensor self() {
    return (Tensor) this;
  }

  private static void expectIndex(String op, Tensor index) {
    if (index.dtype() != DType.INT64) {
      throw new DTypeException(op + ": wants an INT64 index, got " + index.dtype());
    }
  }

  /**
   * The given indices of one dimension, in the given order, {@code torch.index_select}.
   *
   * @param index INT64, one dimension
   * @throws ShapeException if one is out of range
   */
  default Tensor indexSelect(int dim, Tensor index) {
    Tensor x = self();
    expectIndex("indexSelect", index);
    Shape shape = x.shape();
    int axis = shape.axis(dim);
    if (index.rank() > 1) {
      throw new ShapeException("indexSelect: wants a row of indices, got " + index.shape());
    }
    Tensor y = x.empty(shape.with(axis, index.numel()));
    inRange(
        "indexSelect",
        () ->
            x.backend()
                .indexSelect(
                    shape.product(0, axis),
                    shape.size(axis),
                    shape.product(axis + 1, shape.rank()),
                    x.data(),
                    index.data(),
                    y.data()));
    return y.from("indexSelect", grad(x, dy -> addedInto(shape, axis, index, dy), index));
  }

  /** Runs a kernel that checks its indices, and names the operation where one is out of range. */
  private static void inRange(String op, Runnable kernel) {
    try {
      kernel.run();
    } catch (ShapeException e) {
      throw new ShapeException(op + ": " + e.getMessage());
    }
  }

  /** Zeros of a shape with {@code source}'s slices added at the indices: indexSelect's adjoint. */
  private static Tensor addedInto(Shape shape, int axis, Tensor index, Tensor source) {
    Tensor y = source.empty(shape);
    y.backend().fill(y.data(), 0);
    inRange(
        "indexAdd",
        () ->
            y.backend()
                .indexAdd(
                    shape.product(0, axis),
                    shape.size(axis),
                    shape.product(axis + 1, shape.rank()),
                    source.data(),
                    index.data(),
                    y.data()));
    return y.from("indexAdd", grad(source, dy -> dy.indexSelect(axis, index), index));
  }

  /** This tensor with {@code source}'s slices added at the given indices of a dimension. */
  default Tensor indexAdd(int dim, Tensor index, Tensor source) {
    Tensor x = self();
    Tensor.expectSame("indexAdd", x, source);
    expectIndex("indexAdd", index);
    if (index.rank() != 1 || !source.shape().equals(x.shape().with(dim, index.numel()))) {
      throw new ShapeException(
          "indexAdd: source %s and index %s do not fit %s"
              .formatted(source.shape(), index.shape(), x.shape()));
    }
    return x.add(addedInto(x.shape(), x.shape().axis(dim), index, source));
  }

  /**
   * Along one dimension the element that the index at the same place names, {@code torch.gather}.
   *
   * @param index INT64, of this tensor's rank, in the other dimensions at most of its sizes
   * @throws ShapeException if an index is out of range
   */
  default Tensor gather(int dim, Tensor index) {
    Tensor x = self();
    expectIndex("gather", index);
    Tensor flat = flatIndex("gather", x.shape(), dim, index);
    return x.reshape(-1).indexSelect(0, flat).reshape(index.shape());
  }

  /** This tensor with {@code source} added where the index names, {@code torch.scatter_add}. */
  default Tensor scatterAdd(int dim, Tensor index, Tensor source) {
    Tensor x = self();
    Tensor.expectSame("scatterAdd", x, source);
    expectIndex("scatterAdd", index);
    Tensor flat = flatIndex("scatterAdd", x.shape(), dim, index);
    Tensor added = source;
    for (int d = 0; d < index.rank(); d++) {
      added = added.narrow(d, 0, index.size(d));
    }
    Tensor sum = addedInto(Shape.of(x.numel()), 0, flat, added.reshape(-1));
    return x.add(sum.reshape(x.shape()));
  }

  /** Where the elements lie, counted row-major through the whole of x. */
  private static Tensor flatIndex(String op, Shape x, int dim, Tensor index) {
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
    long[] flat = index.toLongArray();
    int[] at = new int[rank];
    for (int i = 0; i < flat.length; i++) {
      long chosen = flat[i];
      int size = rank == 0 ? 1 : x.size(axis);
      if (chosen < 0 || chosen >= size) {
        throw new ShapeException(
            "%s: index %d at position %d is out of range for dimension %d of %s, which has %d"
                .formatted(op, chosen, i, axis, x, size));
      }
      long position = 0;
      for (int d = 0; d < rank; d++) {
        position += strides[d] * (d == axis ? chosen : at[d]);
      }
      flat[i] = position;
      for (int d = rank - 1; d >= 0 && ++at[d] == shape.size(d); d--) {
        at[d] = 0;
      }
    }
    return Tensor.of(flat).to(index.device());
  }

  /** The elements where the BOOL mask is true, in one row, {@code torch.masked_select}. */
  default Tensor maskedSelect(Tensor mask) {
    Tensor x = self();
    if (mask.dtype() != DType.BOOL) {
      throw new DTypeException("maskedSelect: wants a BOOL mask, got " + mask.dtype());
    }
    Shape shape = Shape.broadcast("maskedSelect", x.shape(), mask.shape());
    byte[] chosen = mask.expand(shape).contiguous().toByteArray();
    long[] positions = new long[chosen.length];
    int count = 0;
    for (int i = 0; i < chosen.length; i++) {
      if (chosen[i] != 0) {
        positions[count++] = i;
      }
    }
    Tensor index = Tensor.of(java.util.Arrays.copyOf(positions, count)).to(x.device());
    return x.expand(shape).reshape(-1).indexSelect(0, index);
  }

  /** {@code [*]} of class numbers as {@code [*, classes]} of zeros with a one each, INT64. */
  default Tensor oneHot(int classes) {
    Tensor x = self();
    expectIndex("oneHot", x);
    long[] labels = x.toLongArray();
    long[] hot = new long[Math.multiplyExact(labels.length, classes)];
    for (int i = 0; i < labels.length; i++) {
      if (labels[i] < 0 || labels[i] >= classes) {
        throw new ShapeException(
            "oneHot: class %d at position %d is out of range for %d classes"
                .formatted(labels[i], i, classes));
      }
      hot[i * classes + (int) labels[i]] = 1;
    }
    return Tensor.from(hot, x.shape().insert(x.rank(), classes).toArray()).to(x.device());
  }

  /** The lower triangle of the last two dimensions, zeros above the given diagonal. */
  default Tensor tril(int diagonal) {
    return self().maskedFill(aboveDiagonal("tril", diagonal), 0);
  }

  /** The upper triangle of the last two dimensions, zeros below the given diagonal. */
  default Tensor triu(int diagonal) {
    return self().maskedFill(aboveDiagonal("triu", diagonal - 1).logicalNot(), 0);
  }

  private Tensor aboveDiagonal(String op, int diagonal) {
    Tensor x = self();
    if (x.rank() < 2) {
      throw new ShapeException(op + ": wants matrices, got " + x.shape());
    }
    Tensor row = Tensor.arange(x.size(-2)).unsqueeze(1);
    Tensor column = Tensor.arange(x.size(-1)).unsqueeze(0);
    return column.sub(row).gt(diagonal).to(x.device());
  }
}
