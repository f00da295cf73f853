package dev.tern.nn;

import dev.tern.Tensor;

/**
 * In training, drops whole channels of [N, C, L] or [C, L] with probability p: {@code
 * torch.nn.Dropout1d}.
 */
public class Dropout1d extends Module {
  private final double p;

  /** With probability one half. */
  public Dropout1d() {
    this(0.5);
  }

  /** With a probability. It is between 0 and 1. */
  public Dropout1d(double p) {
    this.p = Dropout.probability(p);
  }

  @Override
  protected Tensor forward(Tensor x) {
    return F.dropout1d(x, p, isTraining());
  }

  @Override
  protected String extraRepr() {
    return "p=" + PythonText.number(p) + ", inplace=False";
  }
}
