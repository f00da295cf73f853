package dev.tern.nn;

import dev.tern.CrossEntropyOptions;
import dev.tern.Reductions;
import dev.tern.Tensor;
import org.jspecify.annotations.Nullable;

/** Minus the log-probability of the right class, {@code torch.nn.NLLLoss}. */
public class NLLLoss extends Loss {
  /** [C], how much each class counts; null where all count the same. */
  public final @Nullable Tensor weight;

  private final CrossEntropyOptions options;

  /** The mean over the batch. */
  public NLLLoss() {
    this(CrossEntropyOptions.DEFAULTS);
  }

  /** With a choice of mean, sum or neither. */
  public NLLLoss(Reductions reduction) {
    this(CrossEntropyOptions.DEFAULTS.reduction(reduction));
  }

  /** With weights or another ignored label. */
  public NLLLoss(CrossEntropyOptions options) {
    weight = options.weight();
    this.options = options;
  }

  /** Log-probabilities [N, C, *] and INT64 classes [N, *]. */
  @Override
  protected Tensor forward(Tensor input, Tensor target) {
    // the field's weight: it has moved with the module
    return input.nllLoss(target, options.weight(weight));
  }
}
