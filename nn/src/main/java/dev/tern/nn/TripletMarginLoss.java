package dev.tern.nn;

import dev.tern.Reductions;
import dev.tern.Tensor;

/**
 * An anchor closer to what is like it than to what is not, by a margin: {@code
 * torch.nn.TripletMarginLoss}.
 */
public class TripletMarginLoss extends TripleModule {
  private final double margin;
  private final double p;
  private final double eps;
  private final boolean swap;
  private final Reductions reduction;

  /** The mean with margin 1 and Euclidean distances. */
  public TripletMarginLoss() {
    this(Reductions.MEAN, 1, 2, 1e-6, false);
  }

  /** See {@link F#tripletMarginLoss}. */
  public TripletMarginLoss(
      Reductions reduction, double margin, double p, double eps, boolean swap) {
    this.reduction = reduction;
    this.margin = margin;
    this.p = p;
    this.eps = eps;
    this.swap = swap;
  }

  @Override
  protected Tensor forward(Tensor anchor, Tensor positive, Tensor negative) {
    return F.tripletMarginLoss(anchor, positive, negative, margin, p, eps, swap, reduction);
  }
}
