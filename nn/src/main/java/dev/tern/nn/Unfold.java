package dev.tern.nn;

import dev.tern.Tensor;
import dev.tern.shape.ConvOptions;

/** The windows of [N, C, H, W] as columns [N, C * window, positions]: {@code torch.nn.Unfold}. */
public class Unfold extends Module {
  private final ConvOptions.Values options;

  /** With a kernel size. */
  public Unfold(ConvOptions options) {
    this.options = options.values();
  }

  @Override
  protected Tensor forward(Tensor x) {
    return F.unfold(x, options);
  }

  @Override
  protected String extraRepr() {
    return FoldText.of(options);
  }
}
