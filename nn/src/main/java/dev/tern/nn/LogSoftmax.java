package dev.tern.nn;

import dev.tern.Tensor;

/** log(softmax(x)) along a dimension, {@code torch.nn.LogSoftmax}. */
public class LogSoftmax extends Module {
  private final int dim;

  /** Along a dimension, counted from the end where negative. */
  public LogSoftmax(int dim) {
    this.dim = dim;
  }

  @Override
  protected Tensor forward(Tensor x) {
    return x.logSoftmax(dim);
  }

  @Override
  protected String extraRepr() {
    return "dim=" + dim;
  }
}
