package dev.tern.nn;

import dev.tern.Reductions;
import dev.tern.Tensor;
import org.jspecify.annotations.Nullable;

/** The binary cross entropy of probabilities: {@code torch.nn.BCELoss}. */
public class BCELoss extends Loss {
  /** Factors of the elements, null where all count the same. */
  public final @Nullable Tensor weight;

  private final Reductions reduction;

  /** The mean. */
  public BCELoss() {
    this(Reductions.MEAN, null);
  }

  /** With factors that broadcast to the input, or null. */
  public BCELoss(Reductions reduction, @Nullable Tensor weight) {
    this.reduction = reduction;
    this.weight = weight;
  }

  @Override
  protected Tensor forward(Tensor input, Tensor target) {
    return F.binaryCrossEntropy(input, target, weight, reduction);
  }
}
