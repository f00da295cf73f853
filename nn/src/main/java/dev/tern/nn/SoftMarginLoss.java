package dev.tern.nn;

import dev.tern.Reductions;
import dev.tern.Tensor;

/** log(1 + exp(-target x)) for targets 1 and -1: {@code torch.nn.SoftMarginLoss}. */
public class SoftMarginLoss extends Loss {
  private final Reductions reduction;

  /** The mean. */
  public SoftMarginLoss() {
    this(Reductions.MEAN);
  }

  /** With a choice of mean, sum or neither. */
  public SoftMarginLoss(Reductions reduction) {
    this.reduction = reduction;
  }

  @Override
  protected Tensor forward(Tensor input, Tensor target) {
    return F.softMarginLoss(input, target, reduction);
  }
}
