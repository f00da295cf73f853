package dev.tern.nn;

import dev.tern.Reductions;
import dev.tern.Tensor;

/**
 * Wants one input a margin above the other, as the target says: {@code torch.nn.MarginRankingLoss}.
 */
public class MarginRankingLoss extends TripleModule {
  private final double margin;
  private final Reductions reduction;

  /** The mean with margin 0. */
  public MarginRankingLoss() {
    this(Reductions.MEAN, 0);
  }

  /** With a margin of one's own. */
  public MarginRankingLoss(Reductions reduction, double margin) {
    this.reduction = reduction;
    this.margin = margin;
  }

  @Override
  protected Tensor forward(Tensor x, Tensor y, Tensor target) {
    return F.marginRankingLoss(x, y, target, margin, reduction);
  }
}
