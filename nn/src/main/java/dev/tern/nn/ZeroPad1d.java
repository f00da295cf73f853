package dev.tern.nn;

import dev.tern.Tensor;
import dev.tern.shape.Sizes;

/** Puts zeros around [N, C, L] or [C, L]: {@code torch.nn.ZeroPad1d}. */
public class ZeroPad1d extends Module {
  private final int[] padding;

  /** One amount for all sides, or one a side of the last dimension first: 2 of them. */
  public ZeroPad1d(int... padding) {
    this.padding = Sizes.spread("padding", padding, 2);
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
