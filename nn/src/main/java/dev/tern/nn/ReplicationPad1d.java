package dev.tern.nn;

import dev.tern.Tensor;
import dev.tern.shape.PaddingMode;
import dev.tern.shape.Sizes;

/** Continues by repeating the edges [N, C, L] or [C, L]: {@code torch.nn.ReplicationPad1d}. */
public class ReplicationPad1d extends Module {
  private final int[] padding;

  /** One amount for all sides, or one a side of the last dimension first: 2 of them. */
  public ReplicationPad1d(int... padding) {
    this.padding = Sizes.spread("padding", padding, 2);
  }

  @Override
  protected Tensor forward(Tensor x) {
    return F.pad(x, padding, PaddingMode.REPLICATE);
  }

  @Override
  protected String extraRepr() {
    return Sizes.tuple(padding);
  }
}
