package dev.tern.nn;

import dev.tern.Reductions;
import dev.tern.Tensor;
import org.jspecify.annotations.Nullable;

/** Wants the right class's score a margin above the others: {@code torch.nn.MultiMarginLoss}. */
public class MultiMarginLoss extends Loss {
  /** [C], null where all classes count the same. */
  public final @Nullable Tensor weight;

  private final int p;
  private final double margin;
  private final Reductions reduction;

  /** The mean with p 1 and margin 1. */
  public MultiMarginLoss() {
    this(Reductions.MEAN, 1, 1, null);
  }

  /** With a weight a class, or null. */
  public MultiMarginLoss(Reductions reduction, int p, double margin, @Nullable Tensor weight) {
    this.reduction = reduction;
    this.p = p;
    this.margin = margin;
    this.weight = weight;
  }

  @Override
  protected Tensor forward(Tensor input, Tensor target) {
    return F.multiMarginLoss(input, target, p, margin, weight, reduction);
  }
}
