package dev.tern.nn;

import dev.tern.Tensor;
import dev.tern.shape.PaddingMode;
import dev.tern.shape.Sizes;

/** Continues with the other end [N, C, L] or [C, L]: {@code torch.nn.CircularPad1d}. */
public class CircularPad1d extends Module {
  private final int[] padding;

  /** One amount for all sides, or one a side of the last dimension first: 2 of them. */
  public CircularPad1d(int... padding) {
    this.padding = Sizes.spread("padding", padding, 2);
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
