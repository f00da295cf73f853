package dev.tern.nn;

import dev.tern.Tensor;
import dev.tern.shape.PoolOptions;

/**
 * The largest value of each window of [N, C, D, H, W] or [C, D, H, W], {@code torch.nn.MaxPool3d}.
 */
public class MaxPool3d extends Module {
  private final PoolOptions options;

  /** A window of this size, with the same stride. */
  public MaxPool3d(int window) {
    this(PoolOptions.window(window));
  }

  /** A window as laid out in the options. */
  public MaxPool3d(PoolOptions options) {
    this.options = options;
  }

  @Override
  protected Tensor forward(Tensor x) {
    return x.maxPool3d(options);
  }

  @Override
  protected String extraRepr() {
    return PoolText.max(options, 3);
  }
}
