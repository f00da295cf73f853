package dev.tern.nn;

import dev.tern.Tensor;
import dev.tern.shape.PaddingMode;
import dev.tern.shape.Sizes;

/**
 * Continues by repeating the edges [N, C, D, H, W] or [C, D, H, W]: {@code
 * torch.nn.ReplicationPad3d}.
 */
public class ReplicationPad3d extends Module {
  private final int[] padding;

  /** One amount for all sides, or one a side of the last dimension first: 6 of them. */
  public ReplicationPad3d(int... padding) {
    this.padding = Sizes.spread("padding", padding, 6);
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
