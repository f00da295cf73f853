package dev.tern.nn;

import dev.tern.Tensor;

/** x where it is positive, else alpha (exp(x) - 1), {@code torch.nn.ELU}. */
public class ELU extends Module {
  private final double alpha;

  /** With alpha 1. */
  public ELU() {
    this(1);
  }

  /** With a alpha of one's own. */
  public ELU(double alpha) {
    this.alpha = alpha;
  }

  @Override
  protected Tensor forward(Tensor x) {
    return x.elu(alpha);
  }

  @Override
  protected String extraRepr() {
    return "alpha=" + PythonText.number(alpha);
  }
}
