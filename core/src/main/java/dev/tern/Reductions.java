package dev.tern;

/**
 * What a loss makes of its elements: PyTorch's {@code reduction='none' | 'mean' | 'sum' |
 * 'batchmean'}.
 */
public enum Reductions {
  /** Leaves them as they are. */
  NONE,
  /** Their mean. */
  MEAN,
  /** Their sum. */
  SUM,
  /**
   * Their sum over the size of the first dimension, which the Kullback-Leibler divergence wants.
   */
  BATCH_MEAN;

  /** Reduces the elements. */
  public Tensor of(Tensor losses) {
    return switch (this) {
      case NONE -> losses;
      case MEAN -> losses.mean();
      case SUM -> losses.sum();
      case BATCH_MEAN -> losses.sum().div(losses.rank() == 0 ? 1 : losses.size(0));
    };
  }
}
