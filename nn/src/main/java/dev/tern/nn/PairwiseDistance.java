package dev.tern.nn;

import dev.tern.Tensor;

/** The p-norm of x - y + eps along the last dimension: {@code torch.nn.PairwiseDistance}. */
public class PairwiseDistance extends PairModule {
  private final double p;
  private final double eps;
  private final boolean keepDim;

  /** The Euclidean distance. */
  public PairwiseDistance() {
    this(2, 1e-6, false);
  }

  /** With a norm of one's own; the last dimension stays with size 1 if kept. */
  public PairwiseDistance(double p, double eps, boolean keepDim) {
    this.p = p;
    this.eps = eps;
    this.keepDim = keepDim;
  }

  @Override
  protected Tensor forward(Tensor x, Tensor y) {
    return F.pairwiseDistance(x, y, p, eps, keepDim);
  }
}
