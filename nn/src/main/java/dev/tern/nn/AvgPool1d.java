package dev.tern.nn;

import dev.tern.Tensor;
import dev.tern.shape.PoolOptions;
import dev.tern.shape.Sizes;

/** The mean value of each window of [N, C, L] or [C, L], {@code torch.nn.AvgPool1d}. */
public class AvgPool1d extends Module {
  private final PoolOptions options;

  /** A window of this size, with the same stride. */
  public AvgPool1d(int window) {
    this(PoolOptions.window(window));
  }

  /** A window as laid out in the options. */
  public AvgPool1d(PoolOptions options) {
    this.options = options;
  }

  @Override
  protected Tensor forward(Tensor x) {
    return x.avgPool1d(options);
  }

  @Override
  protected String extraRepr() {
    return "kernel_size=%s, stride=%s, padding=%s"
        .formatted(
            Sizes.tuple(options.windowOf(1)),
            Sizes.tuple(options.strideOf(1)),
            Sizes.tuple(options.paddingOf(1)));
  }
}
