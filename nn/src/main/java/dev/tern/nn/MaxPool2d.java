package dev.tern.nn;

import dev.tern.Tensor;
import dev.tern.shape.PoolOptions;

/** The largest value of each window of [N, C, H, W] or [C, H, W], {@code torch.nn.MaxPool2d}. */
public class MaxPool2d extends Module {
  private final PoolOptions options;

  /** A window of this size, with the same stride. */
  public MaxPool2d(int window) {
    this(PoolOptions.window(window));
  }

  /** A window as laid out in the options. */
  public MaxPool2d(PoolOptions options) {
    this.options = options;
  }

  @Override
  protected Tensor forward(Tensor x) {
    return x.maxPool2d(options);
  }

  @Override
  protected String extraRepr() {
    return PoolText.max(options, 2);
  }
}
