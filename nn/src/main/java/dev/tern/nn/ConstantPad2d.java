package dev.tern.nn;

import dev.tern.Tensor;
import dev.tern.shape.Sizes;

/** Puts a value around [N, C, H, W] or [C, H, W]: {@code torch.nn.ConstantPad2d}. */
public class ConstantPad2d extends Module {
  private final int[] padding;
  private final double value;

  /** One amount for all sides, or one a side of the last dimension first: 4 of them. */
  public ConstantPad2d(double value, int... padding) {
    this.padding = Sizes.spread("padding", padding, 4);
    this.value = value;
  }

  @Override
  protected Tensor forward(Tensor x) {
    return F.pad(x, padding, value);
  }

  @Override
  protected String extraRepr() {
    return "padding=" + Sizes.tuple(padding) + ", value=" + PythonText.number(value);
  }
}
