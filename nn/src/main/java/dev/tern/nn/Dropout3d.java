package dev.tern.nn;

import dev.tern.Tensor;

/**
 * In training, drops whole channels of [N, C, D, H, W] or [C, D, H, W] with probability p: {@code
 * torch.nn.Dropout3d}.
 */
public class Dropout3d extends Module {
  private final double p;

  /** With probability one half. */
  public Dropout3d() {
    this(0.5);
  }

  /** With a probability. It is between 0 and 1. */
  public Dropout3d(double p) {
    this.p = Dropout.probability(p);
  }

  @Override
  protected Tensor forward(Tensor x) {
    return F.dropout3d(x, p, isTraining());
  }

  @Override
  protected String extraRepr() {
    return "p=" + PythonText.number(p) + ", inplace=False";
  }
}
