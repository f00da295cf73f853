package dev.tern.nn;

import dev.tern.Tensor;

/**
 * In training, sets each element to zero with probability p and scales the others by 1/(1 - p):
 * {@code torch.nn.Dropout}.
 */
public class Dropout extends Module {
  private final double p;

  /** With probability one half. */
  public Dropout() {
    this(0.5);
  }

  /**
   * With a probability.
   *
   * @throws IllegalArgumentException unless it is between 0 and 1
   */
  public Dropout(double p) {
    this.p = probability(p);
  }

  static double probability(double p) {
    if (!(p >= 0 && p <= 1)) {
      throw new IllegalArgumentException(
          "dropout probability has to be between 0 and 1, but got " + p);
    }
    return p;
  }

  @Override
  protected Tensor forward(Tensor x) {
    return x.dropout(p, isTraining());
  }

  @Override
  protected String extraRepr() {
    return "p=" + PythonText.number(p) + ", inplace=False";
  }
}
