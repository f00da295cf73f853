package dev.tern.nn;

import dev.tern.Tensor;

/** x where it is positive, else alpha (exp(x / alpha) - 1): {@code torch.nn.CELU}. */
public class CELU extends Module {
  private final double alpha;

  /** With alpha 1. */
  public CELU() {
    this(1);
  }

  /** With a scale of one's own. */
  public CELU(double alpha) {
    this.alpha = alpha;
  }

  @Override
  protected Tensor forward(Tensor x) {
    return F.celu(x, alpha);
  }

  @Override
  protected String extraRepr() {
    return "alpha=" + PythonText.number(alpha);
  }
}
