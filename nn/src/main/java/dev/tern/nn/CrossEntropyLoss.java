package dev.tern.nn;

import dev.tern.CrossEntropyOptions;
import dev.tern.Reductions;
import dev.tern.Tensor;
import org.jspecify.annotations.Nullable;

/** -log(softmax(scores)) of the right class, {@code torch.nn.CrossEntropyLoss}. */
public class CrossEntropyLoss extends Loss {
  /** [C], how much each class counts; null where all count the same. */
  public final @Nullable Tensor weight;

  private final CrossEntropyOptions options;

  /** The mean over the batch. */
  public CrossEntropyLoss() {
    this(CrossEntropyOptions.DEFAULTS);
  }

  /** With a choice of mean, sum or neither. */
  public CrossEntropyLoss(Reductions reduction) {
    this(CrossEntropyOptions.DEFAULTS.reduction(reduction));
  }

  /** With weights or another ignored label, or smoothing. */
  public CrossEntropyLoss(CrossEntropyOptions options) {
    weight = options.weight();
    this.options = options;
  }

  /** Scores [N, C, *] and INT64 classes [N, *], or probabilities [N, C, *]. */
  @Override
  protected Tensor forward(Tensor input, Tensor target) {
    // the field's weight: it has moved with the module
    return input.crossEntropy(target, options.weight(weight));
  }
}
