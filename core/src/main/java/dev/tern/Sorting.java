package dev.tern;

import dev.tern.shape.DType;
import dev.tern.shape.ShapeException;

/**
 * Elements in their order. Sorting is stable, and NaN counts as larger than every number. Gradients
 * go to the elements that were chosen.
 */
public sealed interface Sorting permits Tensor {
  private Tensor self() {
    return (Tensor) this;
  }

  /** The elements of a dimension in rising order, and where they were. */
  default ValuesIndices sort(int dim) {
    return sort(dim, false);
  }

  /** The elements of a dimension in rising or falling order, and where they were. */
  default ValuesIndices sort(int dim, boolean descending) {
    Tensor indices = argsort(dim, descending);
    return new ValuesIndices(self().gather(dim, indices), indices);
  }

  /** Where the elements of a dimension in rising order are, INT64. */
  default Tensor argsort(int dim) {
    return argsort(dim, false);
  }

  /** Where the elements of a dimension in rising or falling order are, INT64. */
  default Tensor argsort(int dim, boolean descending) {
    Tensor x = self();
    Along along = Along.of(x.shape(), dim);
    Tensor values = x.empty(x.shape());
    Tensor indices = x.empty(DType.INT64, x.shape());
    x.backend()
        .sort(
            along.outer(),
            along.n(),
            along.inner(),
            descending,
            x.data(),
            values.data(),
            indices.data());
    return indices;
  }

  /** The k largest of a dimension, the largest first, and where they are. */
  default ValuesIndices topk(int k, int dim) {
    return topk(k, dim, true);
  }

  /** The k largest or smallest of a dimension, the most extreme first, and where they are. */
  default ValuesIndices topk(int k, int dim, boolean largest) {
    return chosen("topk", k, dim, argsort(dim, largest), 0, k);
  }

  /** The elements that {@code length} places of an order name, from one on. */
  private ValuesIndices chosen(String op, int k, int dim, Tensor order, int from, int length) {
    Tensor x = self();
    int n = Along.of(x.shape(), dim).n();
    if (k < 0 || k > n || from < 0) {
      throw new ShapeException(
          "%s: %d of dimension %d of %s, which has %d".formatted(op, k, dim, x.shape(), n));
    }
    Tensor indices = x.rank() == 0 && length == 1 ? order : order.narrow(dim, from, length);
    return new ValuesIndices(x.gather(dim, indices), indices);
  }

  /** The k-th smallest of a dimension, counted from 1, and where it is. */
  default ValuesIndices kthvalue(int k, int dim, boolean keepDim) {
    return dropped(chosen("kthvalue", k, dim, argsort(dim, false), k - 1, 1), dim, keepDim);
  }

  private static ValuesIndices dropped(ValuesIndices found, int dim, boolean keepDim) {
    return keepDim
        ? found
        : new ValuesIndices(found.values().squeeze(dim), found.indices().squeeze(dim));
  }

  /** The middle of all elements, the lower of two; NaN if there is one. */
  default Tensor median() {
    return self().numel() == 0
        ? self().sum().add(Double.NaN)
        : self().reshape(-1).median(0, false).values();
  }

  /** The middle of a dimension, the lower of two, and where it is; NaN if there is one. */
  default ValuesIndices median(int dim, boolean keepDim) {
    Tensor x = self();
    Along along = Along.of(x.shape(), dim);
    expectSome("median", along);
    Tensor order = argsort(dim, false);
    ValuesIndices middle = chosen("median", 1, dim, order, (along.n() - 1) / 2, 1);
    ValuesIndices last = chosen("median", 1, dim, order, along.n() - 1, 1);
    Tensor spoilt = last.values().isNaN(); // NaN stands last
    Tensor indices = Tensor.where(spoilt, last.indices(), middle.indices());
    return dropped(new ValuesIndices(x.gather(dim, indices), indices), dim, keepDim);
  }

  private void expectSome(String op, Along along) {
    if (along.n() == 0) {
      throw new ShapeException(op + ": nothing to choose from in " + self().shape());
    }
  }

  /** The quantile q of all elements, between neighbours in proportion; NaN if there is one. */
  default Tensor quantile(double q) {
    return self().reshape(-1).quantile(q, 0, false);
  }

  /** The quantile q along a dimension, between neighbours in proportion; NaN if there is one. */
  default Tensor quantile(double q, int dim, boolean keepDim) {
    Tensor x = self();
    Along along = Along.of(x.shape(), dim);
    expectSome("quantile", along);
    if (!(q >= 0 && q <= 1)) {
      throw new IllegalArgumentException("quantile: wants q between 0 and 1, got " + q);
    }
    Tensor order = argsort(dim, false);
    double place = q * (along.n() - 1);
    int low = (int) place;
    Tensor below = chosen("quantile", 1, dim, order, low, 1).values();
    Tensor above = chosen("quantile", 1, dim, order, Math.min(low + 1, along.n() - 1), 1).values();
    Tensor last = chosen("quantile", 1, dim, order, along.n() - 1, 1).values();
    Tensor y = below.lerp(above, place - low);
    y = y.maskedFill(last.isNaN(), Double.NaN);
    return keepDim ? y : y.squeeze(dim);
  }

  /**
   * The most frequent element of a dimension, the smallest of several, and where it is last.
   *
   * @throws ShapeException if the dimension is empty
   */
  default ValuesIndices mode(int dim, boolean keepDim) {
    Tensor x = self();
    expectSome("mode", Along.of(x.shape(), dim));
    if (x.rank() == 0) {
      return new ValuesIndices(x.copy(), Tensor.zeros(DType.INT64, x.shape()).to(x.device()));
    }
    ValuesIndices sorted = x.detach().sort(dim);
    int n = x.size(dim);
    Tensor place = Places.along(x, dim);
    Tensor values = sorted.values();
    Tensor starts = values.narrow(dim, 1, n - 1).ne(values.narrow(dim, 0, n - 1)).to(DType.INT64);
    Tensor start =
        Tensor.cat(
                java.util.List.of(place.narrow(dim, 0, 1), place.narrow(dim, 1, n - 1).mul(starts)),
                dim)
            .cummax(dim)
            .values();
    Tensor longest = place.sub(start).argmax(dim, true); // the end of the longest run
    Tensor indices = sorted.indices().gather(dim, longest);
    return dropped(new ValuesIndices(x.gather(dim, indices), indices), dim, keepDim);
  }
}
