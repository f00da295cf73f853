package dev.tern.nn;

import dev.tern.Tensor;
import dev.tern.shape.Sizes;

/** Puts a value around [N, C, D, H, W] or [C, D, H, W]: {@code torch.nn.ConstantPad3d}. */
public class ConstantPad3d extends Module {
  private final int[] padding;
  private final double value;

  /** One amount for all sides, or one a side of the last dimension first: 6 of them. */
  public ConstantPad3d(double value, int... padding) {
    this.padding = Sizes.spread("padding", padding, 6);
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
