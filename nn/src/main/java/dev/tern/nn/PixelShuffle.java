package dev.tern.nn;

import dev.tern.Tensor;

/** [*, C r², H, W] as [*, C, H r, W r]: {@code torch.nn.PixelShuffle} (Shi et al. 2016). */
public class PixelShuffle extends Module {
  private final int factor;

  /** Larger by this factor. */
  public PixelShuffle(int factor) {
    this.factor = factor;
  }

  @Override
  protected Tensor forward(Tensor x) {
    return F.pixelShuffle(x, factor);
  }

  @Override
  protected String extraRepr() {
    return "upscale_factor=" + factor;
  }
}
