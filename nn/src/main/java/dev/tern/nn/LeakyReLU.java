package dev.tern.nn;

import dev.tern.Tensor;

/** x where it is positive, else slope x, {@code torch.nn.LeakyReLU}. */
public class LeakyReLU extends Module {
  private final double slope;

  /** With slope 0.01. */
  public LeakyReLU() {
    this(0.01);
  }

  /** With a slope of one's own. */
  public LeakyReLU(double slope) {
    this.slope = slope;
  }

  @Override
  protected Tensor forward(Tensor x) {
    return x.leakyRelu(slope);
  }

  @Override
  protected String extraRepr() {
    return "negative_slope=" + PythonText.number(slope);
  }
}
