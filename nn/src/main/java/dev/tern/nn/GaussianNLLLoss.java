package dev.tern.nn;

import dev.tern.Reductions;
import dev.tern.Tensor;

/**
 * Minus the log-likelihood under normal distributions, called with means, targets and variances:
 * {@code torch.nn.GaussianNLLLoss}.
 */
public class GaussianNLLLoss extends TripleModule {
  private final boolean full;
  private final double eps;
  private final Reductions reduction;

  /** The mean. */
  public GaussianNLLLoss() {
    this(Reductions.MEAN, false, 1e-6);
  }

  /** See {@link F#gaussianNLLLoss}. */
  public GaussianNLLLoss(Reductions reduction, boolean full, double eps) {
    this.reduction = reduction;
    this.full = full;
    this.eps = eps;
  }

  @Override
  protected Tensor forward(Tensor input, Tensor target, Tensor var) {
    return F.gaussianNLLLoss(input, target, var, full, eps, reduction);
  }
}
