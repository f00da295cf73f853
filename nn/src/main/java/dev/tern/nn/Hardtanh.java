package dev.tern.nn;

import dev.tern.Tensor;

/** min(max(x, low), high), {@code torch.nn.Hardtanh}. */
public class Hardtanh extends Module {
  private final double low;
  private final double high;

  /** Between -1 and 1. */
  public Hardtanh() {
    this(-1, 1);
  }

  /**
   * Between two bounds.
   *
   * @throws IllegalArgumentException unless low is below high
   */
  public Hardtanh(double low, double high) {
    if (!(low < high)) {
      throw new IllegalArgumentException("Hardtanh: wants low < high, got " + low + " and " + high);
    }
    this.low = low;
    this.high = high;
  }

  @Override
  protected Tensor forward(Tensor x) {
    return x.hardtanh(low, high);
  }

  @Override
  protected String extraRepr() {
    return "min_val=%s, max_val=%s".formatted(PythonText.number(low), PythonText.number(high));
  }
}
