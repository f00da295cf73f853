package dev.tern.nn;

import dev.tern.Reductions;
import dev.tern.Tensor;
import org.jspecify.annotations.Nullable;

/** The binary cross entropy of sigmoid(scores): {@code torch.nn.BCEWithLogitsLoss}. */
public class BCEWithLogitsLoss extends Loss {
  /** Factors of the elements, null where all count the same. */
  public final @Nullable Tensor weight;

  /** How much positive targets count, null for 1. */
  public final @Nullable Tensor posWeight;

  private final Reductions reduction;

  /** The mean. */
  public BCEWithLogitsLoss() {
    this(Reductions.MEAN, null, null);
  }

  /**
   * With factors of the elements and of positive targets, which broadcast to the input, or null.
   */
  public BCEWithLogitsLoss(
      Reductions reduction, @Nullable Tensor weight, @Nullable Tensor posWeight) {
    this.reduction = reduction;
    this.weight = weight;
    this.posWeight = posWeight;
  }

  @Override
  protected Tensor forward(Tensor input, Tensor target) {
    return F.binaryCrossEntropyWithLogits(input, target, weight, posWeight, reduction);
  }
}
