package dev.tern;

import static dev.tern.Gradient.grad;

import dev.tern.shape.DType;
import dev.tern.shape.Shape;
import dev.tern.shape.ShapeException;
import org.jspecify.annotations.Nullable;

/** Elements chosen by index or by mask. */
public sealed interface Indexing permits Tensor {
  private Tensor self() {
    return (Tensor) this;
  }

  /**
   * The given indices of one dimension, in the given order, {@code torch.index_select}.
   *
   * @param index INT64, one dimension
   * @throws ShapeException if one is out of range
   */
  default Tensor indexSelect(int dim, Tensor index) {
    Tensor x = self();
    Places.expectIndex("indexSelect", index);
    if (index.rank() > 1) {
      throw new ShapeException("indexSelect: wants a row of indices, got " + index.shape());
    }
    Shape shape = x.shape();
    Along along = Along.of(shape, dim);
    Tensor y = x.empty(shape.rank() == 0 ? shape : shape.with(dim, index.numel()));
    Places.inRange(
        "indexSelect",
        () ->
            x.backend()
                .indexSelect(
                    along.outer(), along.n(), along.inner(), x.data(), index.data(), y.data()));
    return y.from("indexSelect", grad(x, dy -> Places.added(shape, dim, index, dy), index));
  }

  /**
   * Elements by their indices, Python's {@code x[i, j]}: one index a dimension, broadcast against
   * each other. Where indexed dimensions are neighbours, the indices' shape takes their place, else
   * it comes first.
   *
   * @param indices INT64 (counted from the end where negative), BOOL masks of as many dimensions as
   *     they stand for, or null for all of a dimension
   * @throws ShapeException if an index is out of range or a mask does not fit; indices on a GPU are
   *     checked there, and the next {@code item()}, copy to the host or synchronisation throws it
   */
  default Tensor index(@Nullable Tensor... indices) {
    Tensor x = self();
    var chosen = Places.chosen("index", x.shape(), indices);
    return chosen.result(x, chosen.table(x).indexSelect(0, chosen.rows().to(x.device())));
  }

  /**
   * Along one dimension the element that the index at the same place names, {@code torch.gather}.
   *
   * @param index INT64, of this tensor's rank, in the other dimensions at most of its sizes
   * @throws ShapeException if an index is out of range; on a GPU the next {@code item()}, copy to
   *     the host or synchronisation throws it
   */
  default Tensor gather(int dim, Tensor index) {
    Tensor x = self();
    Tensor flat = Places.flat("gather", x.shape(), dim, index);
    return x.reshape(-1).indexSelect(0, flat).reshape(index.shape());
  }

  /** As {@link #gather}, with both broadcast in the other dimensions. */
  default Tensor takeAlongDim(Tensor index, int dim) {
    Tensor x = self();
    int axis = x.shape().axis(dim);
    Shape given = index.shape();
    if (given.rank() != x.rank()) {
      throw new ShapeException(
          "takeAlongDim: index %s does not fit %s".formatted(given, x.shape()));
    }
    Shape both = Shape.broadcast("takeAlongDim", x.shape().with(axis, 1), given.with(axis, 1));
    return x.expand(both.with(axis, x.size(axis)))
        .gather(axis, index.expand(both.with(axis, index.size(axis))));
  }

  /**
   * Elements by their place in the row-major order, {@code torch.take}.
   *
   * @param index INT64, of any shape; counted from the end where negative
   */
  default Tensor take(Tensor index) {
    return self().reshape(-1).index(index);
  }

  /** The elements where the BOOL mask is true, in one row, {@code torch.masked_select}. */
  default Tensor maskedSelect(Tensor mask) {
    Tensor x = self();
    Places.expectMask("maskedSelect", mask);
    Shape shape = Shape.broadcast("maskedSelect", x.shape(), mask.shape());
    Tensor index = Tensor.of(Places.ofTrue(mask.expand(shape))).to(x.device());
    return x.expand(shape).reshape(-1).indexSelect(0, index);
  }

  /** The indices of all elements that are not 0: {@code [count, rank]}, INT64. */
  default Tensor nonzero() {
    Tensor x = self();
    long[] places = Places.ofTrue(x.dtype() == DType.BOOL ? x : x.ne(0));
    int rank = x.rank();
    long[] indices = new long[places.length * rank];
    for (int i = 0; i < places.length; i++) {
      long left = places[i];
      for (int d = rank - 1; d >= 0; d--) {
        indices[i * rank + d] = left % x.size(d);
        left /= x.size(d);
      }
    }
    return Tensor.from(indices, places.length, rank).to(x.device());
  }

  /**
   * {@code [*]} of class numbers as {@code [*, classes]} of zeros with a one each, INT64; as many
   * classes as the largest number asks for.
   *
   * @throws ShapeException if there are no numbers
   */
  default Tensor oneHot() {
    if (self().numel() == 0) {
      throw new ShapeException(
          "oneHot: there are no class numbers in %s to count the classes by; say how many"
              .formatted(self().shape()));
    }
    return oneHot(Math.toIntExact(self().max().itemLong() + 1));
  }

  /** {@code [*]} of class numbers as {@code [*, classes]} of zeros with a one each, INT64. */
  default Tensor oneHot(int classes) {
    Tensor x = self();
    Places.expectIndex("oneHot", x);
    if (classes < 0) {
      throw new ShapeException("oneHot: wants a number of classes, got " + classes);
    }
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
}
