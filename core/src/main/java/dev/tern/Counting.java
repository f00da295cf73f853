package dev.tern;

import dev.tern.shape.DType;
import dev.tern.shape.DTypeException;
import dev.tern.shape.Shape;
import dev.tern.shape.ShapeException;
import java.util.List;

/** Which elements there are, and how many; none of it has a gradient. */
public sealed interface Counting permits Tensor {
  private Tensor self() {
    return (Tensor) this;
  }

  /** How many elements are not 0, INT64. */
  default Tensor countNonzero(int... dims) {
    return self().ne(0).sum(dims);
  }

  /**
   * The different elements in rising order, {@code torch.unique}; each NaN differs from all others.
   */
  default Unique unique() {
    Tensor flat = self().detach().reshape(-1);
    ValuesIndices sorted = flat.sort(0);
    Unique runs = sorted.values().uniqueConsecutive();
    Tensor inverse = runs.inverse().mul(0);
    inverse = inverse.scatter(0, sorted.indices(), runs.inverse());
    return new Unique(runs.values(), inverse.reshape(self().shape()), runs.counts());
  }

  /** Each run of equal elements as one, {@code torch.unique_consecutive}. */
  default Unique uniqueConsecutive() {
    Tensor x = self().detach().reshape(-1);
    int n = x.numel();
    if (n == 0) {
      Tensor none = x.to(DType.INT64);
      return new Unique(x, none.reshape(self().shape()), none);
    }
    Tensor first = Tensor.ones(DType.INT64, Shape.of(1)).to(x.device());
    Tensor changes = x.narrow(0, 1, n - 1).ne(x.narrow(0, 0, n - 1)).to(DType.INT64);
    Tensor starts = Tensor.cat(List.of(first, changes), 0);
    Tensor inverse = starts.cumsum(0).sub(1);
    return new Unique(
        x.maskedSelect(starts.ne(0)), inverse.reshape(self().shape()), inverse.bincount());
  }

  /** As {@link #bincount(int)}, as many numbers as there must be. */
  default Tensor bincount() {
    return bincount(0);
  }

  /**
   * How often each whole number from 0 on occurs, INT64.
   *
   * @param minLength how many numbers are counted at least
   * @throws ShapeException if an element is negative
   */
  default Tensor bincount(int minLength) {
    return bincount(Tensor.ones(DType.INT64, self().shape()).to(self().device()), minLength);
  }

  /** The weights of each whole number from 0 on, summed. */
  default Tensor bincount(Tensor weights, int minLength) {
    Tensor x = self();
    if (x.dtype() != DType.INT64) {
      throw new DTypeException("bincount: wants INT64 numbers, got " + x.dtype());
    }
    if (x.rank() != 1 || !weights.shape().equals(x.shape())) {
      throw new ShapeException(
          "bincount: wants a row of numbers and as many weights, got %s and %s"
              .formatted(x.shape(), weights.shape()));
    }
    long largest = x.numel() == 0 ? -1 : x.max().itemLong();
    int length = Math.toIntExact(Math.max(minLength, largest + 1));
    return Tensor.zeros(weights.dtype(), Shape.of(length)).to(x.device()).indexAdd(0, x, weights);
  }

  /**
   * How many elements fall into each of equal intervals, {@code torch.histc}; elements outside are
   * not counted.
   *
   * @param min the lower end; if it equals {@code max}, the smallest and largest element are the
   *     ends
   */
  default Tensor histc(int bins, double min, double max) {
    Tensor x = self().detach().reshape(-1);
    if (bins < 1 || !(min <= max)) {
      throw new IllegalArgumentException(
          "histc: wants bins > 0 and min <= max, got %d, %s, %s".formatted(bins, min, max));
    }
    double low = min;
    double high = max;
    if (low == high && x.numel() > 0) {
      low = x.min().item();
      high = x.max().item();
    }
    if (low == high) {
      low -= 1;
      high += 1;
    }
    Tensor inside = x.maskedSelect(x.ge(low).mul(x.le(high)));
    Tensor bin = inside.sub(low).mul(bins / (high - low)).to(DType.INT64).clamp(0, bins - 1);
    return bin.bincount(bins).to(x.dtype());
  }

  /**
   * Where values belong among sorted ones, {@code torch.searchsorted}: how many of the sorted are
   * below each.
   *
   * @param values {@code [*, m]} for this tensor {@code [*, n]}, or any shape where this is a row
   * @param right whether equal ones count as below
   */
  default Tensor searchsorted(Tensor values, boolean right) {
    Tensor sorted = self();
    Tensor.expectSame("searchsorted", sorted, values);
    int n = sorted.rank() == 0 ? 0 : sorted.size(-1);
    if (sorted.rank() == 0
        || sorted.rank() > 1
            && !(values.rank() == sorted.rank()
                && Movement.fits(sorted.shape(), values.shape(), -1))) {
      throw new ShapeException(
          "searchsorted: values %s do not fit sorted ones of %s"
              .formatted(values.shape(), sorted.shape()));
    }
    Tensor low = Tensor.zeros(DType.INT64, values.shape()).to(values.device());
    if (n == 0) {
      return low;
    }
    Tensor high = low.add(n);
    for (int left = n; left > 0; left /= 2) {
      Tensor middle = low.add(high).floorDivide(2);
      Tensor probe = middle.clamp(0, n - 1);
      Tensor at =
          sorted.rank() == 1
              ? sorted.indexSelect(0, probe.reshape(-1)).reshape(values.shape())
              : sorted.gather(-1, probe);
      // NaN stands last
      Tensor below = right ? values.lt(at).logicalNot() : at.ge(values).logicalNot();
      Tensor later = below.logicalAnd(low.lt(high));
      low = Tensor.where(later, middle.add(1), low);
      high = Tensor.where(later, high, middle);
    }
    return low;
  }

  /** Into which interval each element falls, {@code torch.bucketize}. */
  default Tensor bucketize(Tensor boundaries, boolean right) {
    if (boundaries.rank() != 1) {
      throw new ShapeException("bucketize: wants a row of boundaries, got " + boundaries.shape());
    }
    return boundaries.searchsorted(self(), right);
  }
}
