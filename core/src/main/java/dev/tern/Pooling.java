package dev.tern;

import static dev.tern.Gradient.grad;

import dev.tern.device.PoolSpec;
import dev.tern.shape.DType;
import dev.tern.shape.PoolOptions;

/** The largest or the mean of each window. */
public sealed interface Pooling permits Tensor {
  private Tensor self() {
    return (Tensor) this;
  }

  /** {@code max_pool1d} of {@code [N, C, L]} or {@code [C, L]}. */
  default Tensor maxPool1d(PoolOptions options) {
    return maxPool("maxPool1d", 1, options);
  }

  /** {@code max_pool2d} of {@code [N, C, H, W]} or {@code [C, H, W]}. */
  default Tensor maxPool2d(PoolOptions options) {
    return maxPool("maxPool2d", 2, options);
  }

  /** {@code max_pool3d} of {@code [N, C, D, H, W]} or {@code [C, D, H, W]}. */
  default Tensor maxPool3d(PoolOptions options) {
    return maxPool("maxPool3d", 3, options);
  }

  /** As {@link #maxPool1d}, with where each was found: {@code return_indices=True}. */
  default ValuesIndices maxPool1dWithIndices(PoolOptions options) {
    return maxPoolWithIndices("maxPool1d", 1, options);
  }

  /** As {@link #maxPool2d}, with where each was found in its plane, row-major, {@code h W + w}. */
  default ValuesIndices maxPool2dWithIndices(PoolOptions options) {
    return maxPoolWithIndices("maxPool2d", 2, options);
  }

  /** As {@link #maxPool3d}, with where each was found in its volume, row-major. */
  default ValuesIndices maxPool3dWithIndices(PoolOptions options) {
    return maxPoolWithIndices("maxPool3d", 3, options);
  }

  private ValuesIndices maxPoolWithIndices(String op, int rank, PoolOptions options) {
    Tensor x = self();
    if (x.rank() == rank + 1) {
      Pooling batch = x.unsqueeze(0);
      ValuesIndices both = batch.maxPoolWithIndices(op, rank, options);
      return new ValuesIndices(both.values().squeeze(0), both.indices().squeeze(0));
    }
    var spec = PoolSpec.of(op, x.shape(), rank, options);
    Tensor y = x.empty(spec.outputShape());
    Tensor indices = x.empty(DType.INT64, spec.outputShape());
    x.backend().maxPool(spec, x.data(), y.data(), indices.data());
    y.from(op, grad(x, dy -> maxPoolGradient(op, spec, x, dy), x));
    return new ValuesIndices(y, indices);
  }

  private Tensor maxPool(String op, int rank, PoolOptions options) {
    Tensor x = self();
    if (x.rank() == rank + 1) {
      Pooling batch = x.unsqueeze(0);
      return batch.maxPool(op, rank, options).squeeze(0);
    }
    var spec = PoolSpec.of(op, x.shape(), rank, options);
    Tensor y = x.empty(spec.outputShape());
    x.backend().maxPool(spec, x.data(), y.data(), null);
    return y.from(op, grad(x, dy -> maxPoolGradient(op, spec, x, dy), x));
  }

  /**
   * dy where each window's first largest element is; linear in dy, so its gradient looks them up.
   */
  private static Tensor maxPoolGradient(String op, PoolSpec spec, Tensor x, Tensor dy) {
    Tensor dx = dy.empty(spec.inputShape());
    dy.backend().maxPoolGrad(spec, x.data(), dy.data(), dx.data());
    return dx.from(op + "Gradient", grad(dy, ddx -> lookUp(spec, x, ddx), x));
  }

  private static Tensor lookUp(PoolSpec spec, Tensor x, Tensor values) {
    Tensor largest = x.empty(spec.outputShape());
    Tensor indices = x.empty(DType.INT64, spec.outputShape());
    x.backend().maxPool(spec, x.data(), largest.data(), indices.data());
    return values.flatten(2).gather(2, indices.flatten(2)).reshape(spec.outputShape());
  }

  /** {@code avg_pool1d} of {@code [N, C, L]} or {@code [C, L]}. */
  default Tensor avgPool1d(PoolOptions options) {
    return avgPool("avgPool1d", 1, options);
  }

  /** {@code avg_pool2d} of {@code [N, C, H, W]} or {@code [C, H, W]}. */
  default Tensor avgPool2d(PoolOptions options) {
    return avgPool("avgPool2d", 2, options);
  }

  /** {@code avg_pool3d} of {@code [N, C, D, H, W]} or {@code [C, D, H, W]}. */
  default Tensor avgPool3d(PoolOptions options) {
    return avgPool("avgPool3d", 3, options);
  }

  private Tensor avgPool(String op, int rank, PoolOptions options) {
    Tensor x = self();
    if (x.rank() == rank + 1) {
      Pooling batch = x.unsqueeze(0);
      return batch.avgPool(op, rank, options).squeeze(0);
    }
    var spec = PoolSpec.of(op, x.shape(), rank, options);
    return average(op, spec, x);
  }

  private static Tensor average(String op, PoolSpec spec, Tensor x) {
    Tensor y = x.empty(spec.outputShape());
    x.backend().avgPool(spec, x.data(), y.data());
    return y.from(op, grad(x, dy -> averageGradient(op, spec, dy)));
  }

  private static Tensor averageGradient(String op, PoolSpec spec, Tensor dy) {
    Tensor dx = dy.empty(spec.inputShape());
    dy.backend().avgPoolGrad(spec, dy.data(), dx.data());
    return dx.from(op + "Gradient", grad(dy, ddx -> average(op, spec, ddx)));
  }
}
