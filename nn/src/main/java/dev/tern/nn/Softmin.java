package dev.tern.nn;

import dev.tern.Tensor;

/** exp(-x) / Σ exp(-x) along a dimension: {@code torch.nn.Softmin}. */
public class Softmin extends Module {
  private final int dim;

  /** Along a dimension, counted from the end where negative. */
  public Softmin(int dim) {
    this.dim = dim;
  }

  @Override
  protected Tensor forward(Tensor x) {
    return F.softmin(x, dim);
  }

  @Override
  protected String extraRepr() {
    return "dim=" + dim;
  }
}
