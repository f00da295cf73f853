package dev.tern.nn;

import dev.tern.Tensor;

/** Makes one dimension of several, by default of all but the first: {@code torch.nn.Flatten}. */
public class Flatten extends Module {
  private final int startDim;
  private final int endDim;

  /** From dimension 1 to the last. */
  public Flatten() {
    this(1, -1);
  }

  /** From one dimension to another, both included. */
  public Flatten(int startDim, int endDim) {
    this.startDim = startDim;
    this.endDim = endDim;
  }

  @Override
  protected Tensor forward(Tensor x) {
    return x.flatten(startDim, endDim);
  }

  @Override
  protected String extraRepr() {
    return "start_dim=" + startDim + ", end_dim=" + endDim;
  }
}
