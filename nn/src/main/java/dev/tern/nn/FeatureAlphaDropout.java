package dev.tern.nn;

import dev.tern.Tensor;

/**
 * In training, alpha dropout of whole channels of [N, C, *] with probability p: {@code
 * torch.nn.FeatureAlphaDropout}.
 */
public class FeatureAlphaDropout extends Module {
  private final double p;

  /** With probability one half. */
  public FeatureAlphaDropout() {
    this(0.5);
  }

  /** With a probability. It is between 0 and 1. */
  public FeatureAlphaDropout(double p) {
    this.p = Dropout.probability(p);
  }

  @Override
  protected Tensor forward(Tensor x) {
    return F.featureAlphaDropout(x, p, isTraining());
  }

  @Override
  protected String extraRepr() {
    return "p=" + PythonText.number(p) + ", inplace=False";
  }
}
