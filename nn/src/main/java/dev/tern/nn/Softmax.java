package dev.tern.nn;

import dev.tern.Tensor;

/** exp(x) / Σ exp(x) along a dimension, {@code torch.nn.Softmax}. */
public class Softmax extends Module {
  private final int dim;

  /** Along a dimension, counted from the end where negative. */
  public Softmax(int dim) {
    this.dim = dim;
  }

  @Override
  protected Tensor forward(Tensor x) {
    return x.softmax(dim);
  }

  @Override
  protected String extraRepr() {
    return "dim=" + dim;
  }
}
