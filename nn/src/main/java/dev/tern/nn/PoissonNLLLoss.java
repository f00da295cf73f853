package dev.tern.nn;

import dev.tern.Reductions;
import dev.tern.Tensor;

/** Minus the log-likelihood of counts: {@code torch.nn.PoissonNLLLoss}. */
public class PoissonNLLLoss extends Loss {
  private final boolean logInput;
  private final boolean full;
  private final double eps;
  private final Reductions reduction;

  /** The mean for logarithms of rates. */
  public PoissonNLLLoss() {
    this(Reductions.MEAN, true, false, 1e-8);
  }

  /** See {@link F#poissonNLLLoss}. */
  public PoissonNLLLoss(Reductions reduction, boolean logInput, boolean full, double eps) {
    this.reduction = reduction;
    this.logInput = logInput;
    this.full = full;
    this.eps = eps;
  }

  @Override
  protected Tensor forward(Tensor input, Tensor target) {
    return F.poissonNLLLoss(input, target, logInput, full, eps, reduction);
  }
}
