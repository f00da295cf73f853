package dev.tern.nn;

import dev.tern.Tensor;
import dev.tern.shape.ConvOptions;
import dev.tern.shape.Sizes;

/** Columns [N, C * window, positions] added up in images [N, C, H, W]: {@code torch.nn.Fold}. */
public class Fold extends Module {
  private final int height;
  private final int width;
  private final ConvOptions.Values options;

  /** Images of this height and width, from windows with a kernel size. */
  public Fold(int height, int width, ConvOptions options) {
    this.height = height;
    this.width = width;
    this.options = options.values();
  }

  @Override
  protected Tensor forward(Tensor x) {
    return F.fold(x, height, width, options);
  }

  @Override
  protected String extraRepr() {
    return "output_size=" + Sizes.tuple(height, width) + ", " + FoldText.of(options);
  }
}
