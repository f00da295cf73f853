package dev.tern.nn;

import dev.tern.Tensor;
import dev.tern.shape.PaddingMode;
import dev.tern.shape.Sizes;

/** Continues with the other end [N, C, D, H, W] or [C, D, H, W]: {@code torch.nn.CircularPad3d}. */
public class CircularPad3d extends Module {
  private final int[] padding;

  /** One amount for all sides, or one a side of the last dimension first: 6 of them. */
  public CircularPad3d(int... padding) {
    this.padding = Sizes.spread("padding", padding, 6);
  }

  @Override
  protected Tensor forward(Tensor x) {
    return F.pad(x, padding, PaddingMode.CIRCULAR);
  }

  @Override
  protected String extraRepr() {
    return Sizes.tuple(padding);
  }
}
