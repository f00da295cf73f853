package dev.tern.nn;

import dev.tern.Tensor;

/** [*, C, H r, W r] as [*, C r², H, W]: {@code torch.nn.PixelUnshuffle}. */
public class PixelUnshuffle extends Module {
  private final int factor;

  /** Smaller by this factor. */
  public PixelUnshuffle(int factor) {
    this.factor = factor;
  }

  @Override
  protected Tensor forward(Tensor x) {
    return F.pixelUnshuffle(x, factor);
  }

  @Override
  protected String extraRepr() {
    return "downscale_factor=" + factor;
  }
}
