package dev.tern.nn;

import dev.tern.Tensor;

/**
 * In training, drops whole channels of [N, C, H, W] with probability p: {@code torch.nn.Dropout2d}.
 */
public class Dropout2d extends Module {
  private final double p;

  /** With probability one half. */
  public Dropout2d() {
    this(0.5);
  }

  /**
   * With a probability.
   *
   * @throws IllegalArgumentException unless it is between 0 and 1
   */
  public Dropout2d(double p) {
    this.p = Dropout.probability(p);
  }

  @Override
  protected Tensor forward(Tensor x) {
    return x.dropout2d(p, isTraining());
  }

  @Override
  protected String extraRepr() {
    return "p=" + PythonText.number(p) + ", inplace=False";
  }
}
