package dev.tern.nn;

import dev.tern.Reductions;
import dev.tern.Tensor;

/**
 * Squares near the target, distances far from it, delta times {@link SmoothL1Loss}: {@code
 * torch.nn.HuberLoss}.
 */
public class HuberLoss extends Loss {
  private final double delta;
  private final Reductions reduction;

  /** The mean, with delta 1. */
  public HuberLoss() {
    this(Reductions.MEAN, 1);
  }

  /** Squares within delta. */
  public HuberLoss(Reductions reduction, double delta) {
    this.reduction = reduction;
    this.delta = delta;
  }

  @Override
  protected Tensor forward(Tensor input, Tensor target) {
    return F.huberLoss(input, target, reduction, delta);
  }
}
