package dev.tern.nn;

import dev.tern.Tensor;

/**
 * What the instance norms have in common: each image's own mean and variance, or in evaluation the
 * running estimates where there are some. Ulyanov et al. (2016).
 */
public abstract class InstanceNorm extends ChannelNorm {
  /** PyTorch's defaults: eps 1e-5, no scale and shift, no running estimates. */
  static final NormOptions DEFAULTS = NormOptions.DEFAULTS.affine(false).trackRunningStats(false);

  private final int spatialRank;

  InstanceNorm(int spatialRank, int features, NormOptions options) {
    super(features, options);
    this.spatialRank = spatialRank;
  }

  @Override
  final boolean fits(int rank) {
    return rank == spatialRank + 1 || rank == spatialRank + 2;
  }

  @Override
  final String expected() {
    String axes = spatialRank == 1 ? "L" : spatialRank == 2 ? "H, W" : "D, H, W";
    return "[N, %1$d, " + axes + "] or [%1$d, " + axes + "]";
  }

  @Override
  protected final Tensor forward(Tensor x) {
    if (x.rank() == spatialRank + 1) {
      return forward(x.unsqueeze(0)).squeeze(0);
    }
    expectFitting(x, 1);
    Double momentum = options().momentum();
    return F.instanceNorm(
        x,
        runningMean,
        runningVar,
        weight,
        bias,
        isTraining() || runningMean == null,
        momentum == null ? 0 : momentum,
        options().eps());
  }
}
