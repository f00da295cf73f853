package dev.tern.nn;

import dev.tern.Reductions;
import dev.tern.Tensor;

/** |input - target|, {@code torch.nn.L1Loss}. */
public class L1Loss extends Loss {
  private final Reductions reduction;

  /** The mean over all elements. */
  public L1Loss() {
    this(Reductions.MEAN);
  }

  /** With a choice of mean, sum or neither. */
  public L1Loss(Reductions reduction) {
    this.reduction = reduction;
  }

  /** Two tensors of one shape. */
  @Override
  protected Tensor forward(Tensor input, Tensor target) {
    return input.l1Loss(target, reduction);
  }
}
