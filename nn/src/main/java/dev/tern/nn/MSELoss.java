package dev.tern.nn;

import dev.tern.Reductions;
import dev.tern.Tensor;

/** (input - target)², {@code torch.nn.MSELoss}. */
public class MSELoss extends Loss {
  private final Reductions reduction;

  /** The mean over all elements. */
  public MSELoss() {
    this(Reductions.MEAN);
  }

  /** With a choice of mean, sum or neither. */
  public MSELoss(Reductions reduction) {
    this.reduction = reduction;
  }

  /** Two tensors of one shape. */
  @Override
  protected Tensor forward(Tensor input, Tensor target) {
    return input.mseLoss(target, reduction);
  }
}
