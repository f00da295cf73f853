package dev.tern.nn;

import dev.tern.Tensor;

/**
 * The cosine of the angle between two tensors along a dimension: {@code torch.nn.CosineSimilarity}.
 */
public class CosineSimilarity extends PairModule {
  private final int dim;
  private final double eps;

  /** Along dimension 1. */
  public CosineSimilarity() {
    this(1, 1e-8);
  }

  /** Along a dimension, with the least length that is divided by. */
  public CosineSimilarity(int dim, double eps) {
    this.dim = dim;
    this.eps = eps;
  }

  @Override
  protected Tensor forward(Tensor x, Tensor y) {
    return F.cosineSimilarity(x, y, dim, eps);
  }
}
