package dev.tern.nn;

import dev.tern.Tensor;

/**
 * A leaky ReLU with a slope drawn for each element in training: {@code torch.nn.RReLU} (Xu et al.
 * 2015).
 */
public class RReLU extends Module {
  private final double lower;
  private final double upper;

  /** Slopes from 1/8 to 1/3. */
  public RReLU() {
    this(1.0 / 8, 1.0 / 3);
  }

  /** Slopes between these bounds. */
  public RReLU(double lower, double upper) {
    this.lower = lower;
    this.upper = upper;
  }

  @Override
  protected Tensor forward(Tensor x) {
    return F.rrelu(x, lower, upper, isTraining());
  }

  @Override
  protected String extraRepr() {
    return "lower=" + PythonText.number(lower) + ", upper=" + PythonText.number(upper);
  }
}
