package dev.tern.nn;

import dev.tern.Tensor;

/** x beyond lambda on either side of zero, 0 between: {@code torch.nn.Hardshrink}. */
public class Hardshrink extends Module {
  private final double lambda;

  /** With lambda one half. */
  public Hardshrink() {
    this(0.5);
  }

  /** With a lambda of one's own. */
  public Hardshrink(double lambda) {
    this.lambda = lambda;
  }

  @Override
  protected Tensor forward(Tensor x) {
    return F.hardshrink(x, lambda);
  }

  @Override
  protected String extraRepr() {
    return PythonText.number(lambda);
  }
}
