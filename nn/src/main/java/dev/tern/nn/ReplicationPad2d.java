package dev.tern.nn;

import dev.tern.Tensor;
import dev.tern.shape.PaddingMode;
import dev.tern.shape.Sizes;

/**
 * Continues by repeating the edges [N, C, H, W] or [C, H, W]: {@code torch.nn.ReplicationPad2d}.
 */
public class ReplicationPad2d extends Module {
  private final int[] padding;

  /** One amount for all sides, or one a side of the last dimension first: 4 of them. */
  public ReplicationPad2d(int... padding) {
    this.padding = Sizes.spread("padding", padding, 4);
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
