package dev.tern.nn;

import dev.tern.Tensor;
import dev.tern.shape.Sizes;

/** Puts zeros around [N, C, H, W] or [C, H, W]: {@code torch.nn.ZeroPad2d}. */
public class ZeroPad2d extends Module {
  private final int[] padding;

  /** One amount for all sides, or one a side of the last dimension first: 4 of them. */
  public ZeroPad2d(int... padding) {
    this.padding = Sizes.spread("padding", padding, 4);
  }

  @Override
  protected Tensor forward(Tensor x) {
    return F.pad(x, padding, 0);
  }

  @Override
  protected String extraRepr() {
    return Sizes.tuple(padding);
  }
}
