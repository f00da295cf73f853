package dev.tern.nn;

import dev.tern.Tensor;
import dev.tern.shape.PoolOptions;

/** The mean value of each window of [N, C, H, W] or [C, H, W], {@code torch.nn.AvgPool2d}. */
public class AvgPool2d extends Module {
  private final PoolOptions options;

  /** A window of this size, with the same stride. */
  public AvgPool2d(int window) {
    this(PoolOptions.window(window));
  }

  /** A window as laid out in the options. */
  public AvgPool2d(PoolOptions options) {
    this.options = options;
  }

  @Override
  protected Tensor forward(Tensor x) {
    return x.avgPool2d(options);
  }

  @Override
  protected String extraRepr() {
    return options.toString();
  }
}
