package dev.tern.nn;

import dev.tern.Tensor;
import dev.tern.shape.PoolOptions;

/** The mean value of each window of [N, C, D, H, W] or [C, D, H, W], {@code torch.nn.AvgPool3d}. */
public class AvgPool3d extends Module {
  private final PoolOptions options;

  /** A window of this size, with the same stride. */
  public AvgPool3d(int window) {
    this(PoolOptions.window(window));
  }

  /** A window as laid out in the options. */
  public AvgPool3d(PoolOptions options) {
    this.options = options;
  }

  @Override
  protected Tensor forward(Tensor x) {
    return x.avgPool3d(options);
  }

  @Override
  protected String extraRepr() {
    return options.toString();
  }
}
