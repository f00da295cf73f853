package dev.tern;

/** What a loss makes of its elements: PyTorch's {@code reduction='none' | 'mean' | 'sum'}. */
public enum Reductions {
  /** Leaves them as they are. */
  NONE,
  /** Their mean. */
  MEAN,
  /** Their sum. */
  SUM;

  Tensor of(Tensor losses) {
    return switch (this) {
      case NONE -> losses;
      case MEAN -> losses.mean();
      case SUM -> losses.sum();
    };
  }
}
