package dev.tern.nn;

import dev.tern.Reductions;
import dev.tern.Tensor;

/**
 * Angles between what is alike small, between what is not beyond a margin: {@code
 * torch.nn.CosineEmbeddingLoss}.
 */
public class CosineEmbeddingLoss extends TripleModule {
  private final double margin;
  private final Reductions reduction;

  /** The mean with margin 0. */
  public CosineEmbeddingLoss() {
    this(Reductions.MEAN, 0);
  }

  /** With a margin of one's own. */
  public CosineEmbeddingLoss(Reductions reduction, double margin) {
    this.reduction = reduction;
    this.margin = margin;
  }

  @Override
  protected Tensor forward(Tensor x, Tensor y, Tensor target) {
    return F.cosineEmbeddingLoss(x, y, target, margin, reduction);
  }
}
