package dev.tern.nn;

import dev.tern.Tensor;

/**
 * log(1 + exp(beta x)) / beta, and x itself beyond a threshold of beta x: {@code
 * torch.nn.Softplus}.
 */
public class Softplus extends Module {
  private final double beta;
  private final double threshold;

  /** With beta 1 and threshold 20. */
  public Softplus() {
    this(1, 20);
  }

  /** With settings of one's own. */
  public Softplus(double beta, double threshold) {
    this.beta = beta;
    this.threshold = threshold;
  }

  @Override
  protected Tensor forward(Tensor x) {
    return x.softplus(beta, threshold);
  }

  @Override
  protected String extraRepr() {
    return "beta=%s, threshold=%s"
        .formatted(PythonText.intOrFloat(beta), PythonText.intOrFloat(threshold));
  }
}
