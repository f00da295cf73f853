package dev.tern;

import dev.tern.shape.Shape;
import dev.tern.shape.ShapeException;
import org.jspecify.annotations.Nullable;

/**
 * Tensors with some elements replaced, chosen by index or by mask. Where several are written to one
 * place, the last one stays.
 */
public sealed interface Scattering permits Tensor {
  private Tensor self() {
    return (Tensor) this;
  }

  /**
   * This tensor with values written where indices point, Python's {@code x[i, j] = values}.
   *
   * @param indices as for {@link Tensor#index}
   * @param values broadcast to the shape that {@code index} gives
   */
  default Tensor indexPut(@Nullable Tensor[] indices, Tensor values) {
    return indexPut(indices, values, false);
  }

  /**
   * This tensor with values written or added where indices point, {@code torch.index_put}.
   *
   * @param accumulate whether to add, also several to one place
   */
  default Tensor indexPut(@Nullable Tensor[] indices, Tensor values, boolean accumulate) {
    Tensor x = self();
    Tensor.expectSame("indexPut", x, values);
    var chosen = Places.chosen("indexPut", x.shape(), indices);
    Tensor rows = chosen.rows().to(x.device());
    Tensor source = chosen.rowsOf(values.expand(chosen.shape(x)));
    Tensor table = chosen.table(x);
    return chosen.restored(
        x, accumulate ? table.indexAdd(0, rows, source) : Places.replaced(table, rows, source));
  }

  /** This tensor with {@code source}'s slices added at the given indices of a dimension. */
  default Tensor indexAdd(int dim, Tensor index, Tensor source) {
    Tensor x = self();
    expectSlices("indexAdd", dim, index, source);
    return x.add(Places.added(x.shape(), x.shape().axis(dim), index, source));
  }

  private void expectSlices(String op, int dim, Tensor index, Tensor source) {
    Tensor x = self();
    Tensor.expectSame(op, x, source);
    Places.expectIndex(op, index);
    if (index.rank() != 1 || !source.shape().equals(x.shape().with(dim, index.numel()))) {
      throw new ShapeException(
          "%s: source %s and index %s do not fit %s"
              .formatted(op, source.shape(), index.shape(), x.shape()));
    }
  }

  /** This tensor with {@code source}'s slices in place of those that the index names. */
  default Tensor indexCopy(int dim, Tensor index, Tensor source) {
    expectSlices("indexCopy", dim, index, source);
    return indexPut(at(dim, index), source);
  }

  /** This tensor with a number in the slices that the index names. */
  default Tensor indexFill(int dim, Tensor index, double value) {
    Tensor x = self();
    return indexPut(at(dim, index), Numbers.like("indexFill", x, value));
  }

  private @Nullable Tensor[] at(int dim, Tensor index) {
    @Nullable Tensor[] indices = new Tensor[self().shape().axis(dim) + 1];
    indices[indices.length - 1] = index;
    return indices;
  }

  /**
   * This tensor with {@code source}'s elements where the index names, {@code torch.scatter}.
   *
   * @param index INT64, of this tensor's rank, nowhere larger than source
   */
  default Tensor scatter(int dim, Tensor index, Tensor source) {
    Tensor x = self();
    Tensor.expectSame("scatter", x, source);
    Tensor flat = Places.flat("scatter", x.shape(), dim, index);
    Tensor written = covered("scatter", source, index);
    return Places.replaced(x.reshape(-1, 1), flat, written.reshape(-1, 1)).reshape(x.shape());
  }

  /** This tensor with a number where the index names. */
  default Tensor scatter(int dim, Tensor index, double value) {
    Tensor x = self();
    return scatter(dim, index, Tensor.full(x.dtype(), index.shape(), value).to(x.device()));
  }

  /** This tensor with {@code source} added where the index names, {@code torch.scatter_add}. */
  default Tensor scatterAdd(int dim, Tensor index, Tensor source) {
    Tensor x = self();
    Tensor.expectSame("scatterAdd", x, source);
    Tensor flat = Places.flat("scatterAdd", x.shape(), dim, index);
    Tensor added = covered("scatterAdd", source, index);
    Tensor sum = Places.added(Shape.of(x.numel()), 0, flat, added.reshape(-1));
    return x.add(sum.reshape(x.shape()));
  }

  /** The part of the source that the index has places for. */
  private static Tensor covered(String op, Tensor source, Tensor index) {
    boolean fits = source.rank() == index.rank();
    Tensor part = source;
    for (int d = 0; fits && d < index.rank(); d++) {
      fits = index.size(d) <= source.size(d);
      part = fits ? part.narrow(d, 0, index.size(d)) : part;
    }
    if (!fits) {
      throw new ShapeException(
          "%s: index %s does not fit source %s".formatted(op, index.shape(), source.shape()));
    }
    return part;
  }

  /**
   * This tensor with the first elements of {@code source}, in order, where the BOOL mask is true.
   *
   * @throws ShapeException if the mask is true more often than there are elements
   */
  default Tensor maskedScatter(Tensor mask, Tensor source) {
    Tensor x = self();
    Tensor.expectSame("maskedScatter", x, source);
    Places.expectMask("maskedScatter", mask);
    Tensor spread = x.expand(Shape.broadcast("maskedScatter", x.shape(), mask.shape()));
    long[] places = Places.ofTrue(mask.expand(spread.shape()));
    if (places.length > source.numel()) {
      throw new ShapeException(
          "maskedScatter: the mask is true %d times, source %s has %d elements"
              .formatted(places.length, source.shape(), source.numel()));
    }
    Tensor rows = Tensor.of(places).to(x.device());
    return Places.replaced(spread.reshape(-1, 1), rows, source.reshape(-1, 1))
        .reshape(spread.shape());
  }
}
