package dev.tern.nn;

import dev.tern.Tensor;
import dev.tern.shape.PoolOptions;
import dev.tern.shape.Sizes;
import dev.tern.shape.TernException;

/**
 * Puts each of the largest values of [N, C, D, H, W] or [C, D, H, W] where max pooling found it,
 * zeros elsewhere: {@code torch.nn.MaxUnpool3d}.
 */
public class MaxUnpool3d extends PairModule {
  private final PoolOptions options;

  /** For the pooling with this window. */
  public MaxUnpool3d(int window) {
    this(PoolOptions.window(window));
  }

  /** For the pooling with these options. */
  public MaxUnpool3d(PoolOptions options) {
    this.options = options;
  }

  @Override
  protected Tensor forward(Tensor x, Tensor indices) {
    return F.maxUnpool3d(x, indices, options, null);
  }

  /** With the output's size stated, {@code [D, H, W]}, where the window leaves it open. */
  public final Tensor apply(Tensor x, Tensor indices, int... outputSize) {
    try {
      return F.maxUnpool3d(x, indices, options, outputSize);
    } catch (TernException e) {
      throw leaving(e);
    }
  }

  @Override
  protected String extraRepr() {
    return "kernel_size=%s, stride=%s, padding=%s"
        .formatted(
            Sizes.tuple(options.windowOf(3)),
            Sizes.tuple(options.strideOf(3)),
            Sizes.tuple(options.paddingOf(3)));
  }
}
