package dev.tern.nn;

import dev.tern.Tensor;
import dev.tern.shape.Sizes;

/** Makes several dimensions of one, one of which may be -1: {@code torch.nn.Unflatten}. */
public class Unflatten extends Module {
  private final int dim;
  private final int[] sizes;

  /** Dimension {@code dim} becomes these. */
  public Unflatten(int dim, int... sizes) {
    this.dim = dim;
    this.sizes = sizes.clone();
  }

  @Override
  protected Tensor forward(Tensor x) {
    return F.unflatten(x, dim, sizes);
  }

  @Override
  protected String extraRepr() {
    return "dim=" + dim + ", unflattened_size=" + Sizes.tuple(sizes);
  }
}
