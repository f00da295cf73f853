package dev.tern.nn;

import dev.tern.Tensor;

/** x above a threshold, a value elsewhere: {@code torch.nn.Threshold}. */
public class Threshold extends Module {
  private final double threshold;
  private final double value;

  /** With a threshold, and what stands for elements that do not exceed it. */
  public Threshold(double threshold, double value) {
    this.threshold = threshold;
    this.value = value;
  }

  @Override
  protected Tensor forward(Tensor x) {
    return F.threshold(x, threshold, value);
  }

  @Override
  protected String extraRepr() {
    return "threshold=" + PythonText.number(threshold) + ", value=" + PythonText.number(value);
  }
}
