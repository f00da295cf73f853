package dev.tern.nn;

import dev.tern.Tensor;

/** a sigmoid(b), with a and b the halves of a dimension: {@code torch.nn.GLU}. */
public class GLU extends Module {
  private final int dim;

  /** Halves the last dimension. */
  public GLU() {
    this(-1);
  }

  /** Halves this dimension. */
  public GLU(int dim) {
    this.dim = dim;
  }

  @Override
  protected Tensor forward(Tensor x) {
    return F.glu(x, dim);
  }

  @Override
  protected String extraRepr() {
    return "dim=" + dim;
  }
}
