package dev.tern.nn;

import dev.tern.Reductions;
import dev.tern.Tensor;

/** Minus the log-probability of the right class, {@code torch.nn.NLLLoss}. */
public class NLLLoss extends Loss {
  private final Reductions reduction;

  /** The mean over the batch. */
  public NLLLoss() {
    this(Reductions.MEAN);
  }

  /** With a choice of mean, sum or neither. */
  public NLLLoss(Reductions reduction) {
    this.reduction = reduction;
  }

  /** Log-probabilities [N, C, *] and INT64 classes [N, *]. */
  @Override
  protected Tensor forward(Tensor input, Tensor target) {
    return input.nllLoss(target, reduction);
  }
}
