package dev.tern.nn;

import org.jspecify.annotations.Nullable;

/**
 * How a batch norm is set up: an immutable value with names, {@code
 * NormOptions.eps(1e-3).momentum(0.01)}. Defaults are PyTorch's: eps 1e-5, momentum 0.1, a trained
 * scale and shift, running estimates.
 *
 * @param eps added to the variance
 * @param momentum the share of a new batch in the running estimates; null for the plain mean over
 *     all batches
 * @param affine whether a scale and a shift are trained
 * @param trackRunningStats whether evaluation mode uses estimates gathered during training
 */
public record NormOptions(
    double eps, @Nullable Double momentum, boolean affine, boolean trackRunningStats) {
  /** PyTorch's defaults. */
  public static final NormOptions DEFAULTS = new NormOptions(1e-5, 0.1, true, true);

  /** The defaults, but with this much added to the variance. */
  public static NormOptions eps(double eps) {
    return new NormOptions(eps, 0.1, true, true);
  }

  /** The same, but with this share of a new batch in the running estimates. */
  public NormOptions momentum(double share) {
    return new NormOptions(eps, share, affine, trackRunningStats);
  }

  /**
   * The same, but the running estimates are the plain mean over all batches: PyTorch's {@code
   * momentum=None}.
   */
  public NormOptions cumulative() {
    return new NormOptions(eps, null, affine, trackRunningStats);
  }

  /** The same, with or without a trained scale and shift. */
  public NormOptions affine(boolean with) {
    return new NormOptions(eps, momentum, with, trackRunningStats);
  }

  /** The same, with or without running estimates. */
  public NormOptions trackRunningStats(boolean with) {
    return new NormOptions(eps, momentum, affine, with);
  }
}
