package dev.tern.nn;

import dev.tern.Reductions;
import dev.tern.Tensor;

/**
 * The Kullback-Leibler divergence, {@link Reductions#BATCH_MEAN} of target (log target - input):
 * {@code torch.nn.KLDivLoss}.
 */
public class KLDivLoss extends Loss {
  private final boolean logTarget;
  private final Reductions reduction;

  /** The mean over all elements, PyTorch's default. */
  public KLDivLoss() {
    this(Reductions.MEAN, false);
  }

  /** With targets that are log-probabilities, or probabilities. */
  public KLDivLoss(Reductions reduction, boolean logTarget) {
    this.reduction = reduction;
    this.logTarget = logTarget;
  }

  @Override
  protected Tensor forward(Tensor input, Tensor target) {
    return F.klDiv(input, target, reduction, logTarget);
  }
}
