package dev.tern;

import org.jspecify.annotations.Nullable;

/**
 * How {@code crossEntropy} and {@code nllLoss} count: an immutable value with names, {@code
 * CrossEntropyOptions.DEFAULTS.weight(w).labelSmoothing(0.1)}.
 *
 * @param weight {@code [classes]}, how much each class counts; null where all count the same
 * @param ignoreIndex the target that is left out, -100 by default
 * @param labelSmoothing from 0 to 1, the share of the target that is spread over all classes
 *     (Szegedy et al. 2016)
 * @param reduction what becomes of the elements; a mean is weighted
 */
public record CrossEntropyOptions(
    @Nullable Tensor weight, long ignoreIndex, double labelSmoothing, Reductions reduction) {
  /** PyTorch's defaults: the plain mean. */
  public static final CrossEntropyOptions DEFAULTS =
      new CrossEntropyOptions(null, Losses.IGNORE_INDEX, 0, Reductions.MEAN);

  /**
   * Checks the smoothing.
   *
   * @throws IllegalArgumentException unless it is from 0 to 1
   */
  public CrossEntropyOptions {
    if (!(labelSmoothing >= 0 && labelSmoothing <= 1)) {
      throw new IllegalArgumentException(
          "label smoothing is a share between 0 and 1, got " + labelSmoothing);
    }
  }

  /** The same, with this much for each class. */
  public CrossEntropyOptions weight(@Nullable Tensor of) {
    return new CrossEntropyOptions(of, ignoreIndex, labelSmoothing, reduction);
  }

  /** The same, but this target is left out. */
  public CrossEntropyOptions ignoreIndex(long target) {
    return new CrossEntropyOptions(weight, target, labelSmoothing, reduction);
  }

  /** The same, with this share of the target spread over all classes. */
  public CrossEntropyOptions labelSmoothing(double share) {
    return new CrossEntropyOptions(weight, ignoreIndex, share, reduction);
  }

  /** The same, reduced so. */
  public CrossEntropyOptions reduction(Reductions how) {
    return new CrossEntropyOptions(weight, ignoreIndex, labelSmoothing, how);
  }
}
