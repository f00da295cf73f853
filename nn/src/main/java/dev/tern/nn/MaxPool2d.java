package dev.tern.nn;

import dev.tern.Tensor;
import dev.tern.ValuesIndices;
import dev.tern.shape.PoolOptions;
import dev.tern.shape.TernException;

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

  /** The values with where each was found, row-major: PyTorch's {@code return_indices=True}. */
  public final ValuesIndices applyWithIndices(Tensor x) {
    try {
      return x.maxPool2dWithIndices(options);
    } catch (TernException e) {
      throw leaving(e);
    }
  }

  @Override
  protected String extraRepr() {
    return PoolText.max(options, 2);
  }
}
