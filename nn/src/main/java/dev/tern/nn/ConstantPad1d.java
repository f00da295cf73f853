package dev.tern.nn;

import dev.tern.Tensor;
import dev.tern.shape.Sizes;

/** Puts a value around [N, C, L] or [C, L]: {@code torch.nn.ConstantPad1d}. */
public class ConstantPad1d extends Module {
  private final int[] padding;
  private final double value;

  /** One amount for all sides, or one a side of the last dimension first: 2 of them. */
  public ConstantPad1d(double value, int... padding) {
    this.padding = Sizes.spread("padding", padding, 2);
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
