package dev.tern.nn;

import dev.tern.Tensor;
import dev.tern.shape.PaddingMode;
import dev.tern.shape.Sizes;

/** Continues by reflection [N, C, H, W] or [C, H, W]: {@code torch.nn.ReflectionPad2d}. */
public class ReflectionPad2d extends Module {
  private final int[] padding;

  /** One amount for all sides, or one a side of the last dimension first: 4 of them. */
  public ReflectionPad2d(int... padding) {
    this.padding = Sizes.spread("padding", padding, 4);
  }

  @Override
  protected Tensor forward(Tensor x) {
    return F.pad(x, padding, PaddingMode.REFLECT);
  }

  @Override
  protected String extraRepr() {
    return Sizes.tuple(padding);
  }
}
