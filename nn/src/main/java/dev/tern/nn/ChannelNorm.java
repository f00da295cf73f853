package dev.tern.nn;

import dev.tern.Parameter;
import dev.tern.Tensor;
import dev.tern.shape.DType;
import dev.tern.shape.Shape;
import dev.tern.shape.ShapeException;
import org.jspecify.annotations.Nullable;

/**
 * What batch and instance norms have in common: y = (x - mean) / √(var + eps) · weight + bias for
 * each channel, and running estimates of mean and variance.
 */
public abstract class ChannelNorm extends Module {
  /**
   * The scale [C], ones at first; null only without {@code affine}, so most callers need not ask.
   */
  @SuppressWarnings("NullAway")
  public final Parameter weight;

  /** The shift [C], zeros at first; null only without {@code affine}. */
  @SuppressWarnings("NullAway")
  public final Parameter bias;

  /** The running mean [C], zeros at first; null without running estimates. */
  public final @Nullable Tensor runningMean;

  /**
   * The running variance [C], with Bessel's correction, ones at first; null without running
   * estimates.
   */
  public final @Nullable Tensor runningVar;

  /** Training batches that a batch norm has seen, INT64 []; null without running estimates. */
  public final @Nullable Tensor numBatchesTracked;

  private final int features;
  private final NormOptions options;

  @SuppressWarnings("NullAway") // weight and bias, as said there
  ChannelNorm(int features, NormOptions options) {
    if (features < 1) {
      throw new ShapeException(name() + ": wants at least one channel, got " + features);
    }
    this.features = features;
    this.options = options;
    boolean track = options.trackRunningStats();
    weight = options.affine() ? new Parameter(Tensor.ones(features)) : null;
    bias = options.affine() ? new Parameter(Tensor.zeros(features)) : null;
    runningMean = track ? Tensor.zeros(features) : null;
    runningVar = track ? Tensor.ones(features) : null;
    numBatchesTracked = track ? Tensor.zeros(DType.INT64, Shape.of()) : null;
  }

  /** The shapes that fit, for a message. */
  abstract String expected();

  /** Whether an input of this rank fits. */
  abstract boolean fits(int rank);

  final NormOptions options() {
    return options;
  }

  /** Refuses what has another rank, or other channels along this dimension. */
  final void expectFitting(Tensor x, int channelDim) {
    if (!fits(x.rank()) || x.size(channelDim) != features) {
      throw new ShapeException(
          "%s: input %s does not fit; expected %s"
              .formatted(name(), x.shape(), expected().formatted(features)));
    }
  }

  /** 2, since {@code num_batches_tracked} was added, as in PyTorch. */
  @Override
  protected final int stateVersion() {
    return 2;
  }

  @Override
  protected final @Nullable Tensor absentInVersion(String key, int version) {
    return version < 2 && key.equals("num_batches_tracked")
        ? Tensor.zeros(DType.INT64, Shape.of())
        : null;
  }

  @Override
  protected final String extraRepr() {
    Double share = options.momentum();
    return "%d, eps=%s, momentum=%s, affine=%s, track_running_stats=%s"
        .formatted(
            features,
            PythonText.number(options.eps()),
            share == null ? "None" : PythonText.number(share),
            PythonText.bool(options.affine()),
            PythonText.bool(options.trackRunningStats()));
  }
}
