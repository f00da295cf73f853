package dev.tern.nn;

import dev.tern.Reductions;
import dev.tern.Tensor;

/**
 * Distances of what is alike small, of what is not beyond a margin: {@code
 * torch.nn.HingeEmbeddingLoss}.
 */
public class HingeEmbeddingLoss extends Loss {
  private final double margin;
  private final Reductions reduction;

  /** The mean with margin 1. */
  public HingeEmbeddingLoss() {
    this(Reductions.MEAN, 1);
  }

  /** With a margin of one's own. */
  public HingeEmbeddingLoss(Reductions reduction, double margin) {
    this.reduction = reduction;
    this.margin = margin;
  }

  @Override
  protected Tensor forward(Tensor input, Tensor target) {
    return F.hingeEmbeddingLoss(input, target, margin, reduction);
  }
}
