package dev.tern.nn;

import dev.tern.Reductions;
import dev.tern.Tensor;

/** -log(softmax(scores)) of the right class, {@code torch.nn.CrossEntropyLoss}. */
public class CrossEntropyLoss extends Loss {
  private final Reductions reduction;

  /** The mean over the batch. */
  public CrossEntropyLoss() {
    this(Reductions.MEAN);
  }

  /** With a choice of mean, sum or neither. */
  public CrossEntropyLoss(Reductions reduction) {
    this.reduction = reduction;
  }

  /** Scores [N, C, *] and INT64 classes [N, *]. */
  @Override
  protected Tensor forward(Tensor input, Tensor target) {
    return input.crossEntropy(target, reduction);
  }
}
