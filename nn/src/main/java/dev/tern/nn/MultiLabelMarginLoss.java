package dev.tern.nn;

import dev.tern.Reductions;
import dev.tern.Tensor;

/**
 * Wants each right class's score a margin above each wrong one: {@code
 * torch.nn.MultiLabelMarginLoss}.
 */
public class MultiLabelMarginLoss extends Loss {
  private final Reductions reduction;

  /** The mean. */
  public MultiLabelMarginLoss() {
    this(Reductions.MEAN);
  }

  /** With a choice of mean, sum or neither. */
  public MultiLabelMarginLoss(Reductions reduction) {
    this.reduction = reduction;
  }

  @Override
  protected Tensor forward(Tensor input, Tensor target) {
    return F.multilabelMarginLoss(input, target, reduction);
  }
}
