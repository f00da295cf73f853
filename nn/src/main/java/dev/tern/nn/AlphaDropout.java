package dev.tern.nn;

import dev.tern.Tensor;

/**
 * In training, dropout that keeps mean 0 and variance 1 before SELU with probability p: {@code
 * torch.nn.AlphaDropout}.
 */
public class AlphaDropout extends Module {
  private final double p;

  /** With probability one half. */
  public AlphaDropout() {
    this(0.5);
  }

  /** With a probability. It is between 0 and 1. */
  public AlphaDropout(double p) {
    this.p = Dropout.probability(p);
  }

  @Override
  protected Tensor forward(Tensor x) {
    return F.alphaDropout(x, p, isTraining());
  }

  @Override
  protected String extraRepr() {
    return "p=" + PythonText.number(p) + ", inplace=False";
  }
}
