package dev.tern;

import static dev.tern.Gradient.grad;

import dev.tern.device.ScanOp;
import dev.tern.shape.DType;
import dev.tern.shape.ShapeException;
import java.util.ArrayList;
import java.util.List;

/** What has come together along a dimension up to each element. */
public sealed interface Cumulative permits Tensor {
  private Tensor self() {
    return (Tensor) this;
  }

  private static Tensor scan(Tensor x, ScanOp op, int dim, DType dtype) {
    Along along = Along.of(x.shape(), dim);
    Tensor y = x.empty(dtype, x.shape());
    x.backend().scan(op, along.outer(), along.n(), along.inner(), x.data(), y.data());
    return y;
  }

  private DType accumulated() {
    return self().dtype().isFloatingPoint() ? self().dtype() : DType.INT64;
  }

  /** The sum up to each element; of BOOL and whole numbers as INT64. */
  default Tensor cumsum(int dim) {
    Tensor x = self();
    return scan(x, ScanOp.SUM, dim, accumulated())
        .from("cumsum", grad(x, dy -> sumOfLater(dy, dim)));
  }

  /** The sum from each element to the end: the adjoint of {@link #cumsum}. */
  private static Tensor sumOfLater(Tensor dy, int dim) {
    return dy.rank() == 0 ? dy : dy.flip(dim).cumsum(dim).flip(dim);
  }

  /** The product up to each element; of BOOL and whole numbers as INT64. */
  default Tensor cumprod(int dim) {
    Tensor x = self();
    Tensor y = scan(x, ScanOp.PROD, dim, accumulated());
    return y.from("cumprod", grad(x, dy -> cumprodGrad(x, dim, dy), x));
  }

  /** dx_i = Σ_{j≥i} dy_j Π_{k≤j, k≠i} x_k; by division where no element is 0. */
  private static Tensor cumprodGrad(Tensor x, int dim, Tensor dy) {
    if (x.rank() == 0) {
      return dy;
    }
    if (x.eq(0).sum().itemLong() == 0) {
      return sumOfLater(dy.mul(x.cumprod(dim)), dim).div(x);
    }
    int n = x.size(dim);
    List<Tensor> each = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      Tensor later = Tensor.cat(List.of(one(x, dim), x.narrow(dim, i + 1, n - i - 1)), dim);
      Tensor sum = dy.narrow(dim, i, n - i).mul(later.cumprod(dim)).sum(true, dim);
      each.add(i == 0 ? sum : sum.mul(x.narrow(dim, 0, i).prod(dim, true)));
    }
    return Tensor.cat(each, dim);
  }

  private static Tensor one(Tensor x, int dim) {
    return x.detach().narrow(dim, 0, 1).mul(0).add(1);
  }

  /** The largest up to each element and where it is, the last of several; NaN from the first on. */
  default ValuesIndices cummax(int dim) {
    return extreme(ScanOp.MAX, dim);
  }

  /**
   * The smallest up to each element and where it is, the last of several; NaN from the first on.
   */
  default ValuesIndices cummin(int dim) {
    return extreme(ScanOp.MIN, dim);
  }

  private ValuesIndices extreme(ScanOp op, int dim) {
    Tensor x = self();
    Tensor peak = scan(x, op, dim, x.dtype());
    // the latest place at which the extreme was met; later NaN are met as well
    Tensor met = x.detach().eq(peak).logicalOr(x.detach().isNaN());
    Tensor place = Places.along(x, dim);
    Tensor indices = scan(place.mul(met.to(DType.INT64)), ScanOp.MAX, dim, DType.INT64);
    return new ValuesIndices(x.gather(dim, indices), indices);
  }

  /** ln Σ eˣ up to each element, without overflow. */
  default Tensor logcumsumexp(int dim) {
    Tensor y = self();
    int n = Along.of(y.shape(), dim).n();
    for (int shift = 1; shift < n; shift *= 2) { // each element then holds the 2 shift up to it
      Tensor later = y.narrow(dim, shift, n - shift).logaddexp(y.narrow(dim, 0, n - shift));
      y = Tensor.cat(List.of(y.narrow(dim, 0, shift), later), dim);
    }
    return y == self() ? y.copy() : y;
  }

  /** The integral by the trapezoidal rule over points {@code dx} apart, {@code torch.trapezoid}. */
  default Tensor trapezoid(double dx, int dim) {
    Tensor y = self();
    int steps = Math.max(0, y.size(dim) - 1);
    Tensor after = y.narrow(dim, y.size(dim) - steps, steps);
    return y.narrow(dim, 0, steps).add(after).sum(dim).mul(dx / 2);
  }

  /** Each element less the one before it, {@code torch.diff}: one fewer. */
  default Tensor diff(int dim) {
    Tensor x = self();
    int n = x.size(dim);
    if (n == 0) {
      return x;
    }
    return x.narrow(dim, 1, n - 1).sub(x.narrow(dim, 0, n - 1));
  }

  /** The {@code n}-th differences, {@code torch.diff(n=...)}. */
  default Tensor diff(int n, int dim) {
    if (n < 0) {
      throw new ShapeException("diff: wants a number of times of at least 0, got " + n);
    }
    Tensor y = self();
    for (int i = 0; i < n; i++) {
      y = y.diff(dim);
    }
    return y;
  }
}
