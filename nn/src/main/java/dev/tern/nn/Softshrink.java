package dev.tern.nn;

import dev.tern.Tensor;

/** x moved towards zero by lambda: {@code torch.nn.Softshrink}. */
public class Softshrink extends Module {
  private final double lambda;

  /** With lambda one half. */
  public Softshrink() {
    this(0.5);
  }

  /** With a lambda of one's own. */
  public Softshrink(double lambda) {
    this.lambda = lambda;
  }

  @Override
  protected Tensor forward(Tensor x) {
    return F.softshrink(x, lambda);
  }

  @Override
  protected String extraRepr() {
    return PythonText.number(lambda);
  }
}
