package dev.tern.nn;

import dev.tern.Reductions;
import dev.tern.Tensor;

/** Squares near the target, distances far from it: {@code torch.nn.SmoothL1Loss}. */
public class SmoothL1Loss extends Loss {
  private final double beta;
  private final Reductions reduction;

  /** The mean, with beta 1. */
  public SmoothL1Loss() {
    this(Reductions.MEAN, 1);
  }

  /** Squares within beta. */
  public SmoothL1Loss(Reductions reduction, double beta) {
    this.reduction = reduction;
    this.beta = beta;
  }

  @Override
  protected Tensor forward(Tensor input, Tensor target) {
    return F.smoothL1Loss(input, target, reduction, beta);
  }
}
