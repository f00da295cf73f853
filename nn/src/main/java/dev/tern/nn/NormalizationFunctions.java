package dev.tern.nn;

import dev.tern.Autograd;
import dev.tern.Tensor;
import dev.tern.shape.Shape;
import dev.tern.shape.ShapeException;
import org.jspecify.annotations.Nullable;

/** Normalisation, dropout and distances, for {@link F}. */
abstract class NormalizationFunctions extends ActivationFunctions {
  NormalizationFunctions() {}

  /**
   * Batch norm of {@code [N, C, *]} with a batch's own mean and variance in training, else with the
   * running estimates: {@code F.batch_norm}.
   */
  public static Tensor batchNorm(
      Tensor x,
      @Nullable Tensor runningMean,
      @Nullable Tensor runningVar,
      @Nullable Tensor weight,
      @Nullable Tensor bias,
      boolean training,
      double momentum,
      double eps) {
    return x.batchNorm(runningMean, runningVar, weight, bias, training, momentum, eps);
  }

  /** Each channel of each image of {@code [N, C, *]} for itself, {@code F.instance_norm}. */
  public static Tensor instanceNorm(
      Tensor x,
      @Nullable Tensor runningMean,
      @Nullable Tensor runningVar,
      @Nullable Tensor weight,
      @Nullable Tensor bias,
      boolean useInputStats,
      double momentum,
      double eps) {
    return x.instanceNorm(runningMean, runningVar, weight, bias, useInputStats, momentum, eps);
  }

  /** Groups of channels of each image of {@code [N, C, *]}, {@code F.group_norm}. */
  public static Tensor groupNorm(
      Tensor x, int groups, @Nullable Tensor weight, @Nullable Tensor bias, double eps) {
    return x.groupNorm(groups, weight, bias, eps);
  }

  /** Layer norm over the last {@code dims} dimensions, {@code F.layer_norm}. */
  public static Tensor layerNorm(
      Tensor x, int dims, @Nullable Tensor weight, @Nullable Tensor bias, double eps) {
    return x.layerNorm(dims, weight, bias, eps);
  }

  /** x / √(mean(x²) + eps) over the last {@code dims} dimensions, {@code F.rms_norm}. */
  public static Tensor rmsNorm(Tensor x, int dims, @Nullable Tensor weight, double eps) {
    return x.rmsNorm(dims, weight, eps);
  }

  /**
   * x / (k + alpha mean(x²))^beta, the mean over {@code size} neighbouring channels of {@code [N,
   * C, *]}: {@code F.local_response_norm} (Krizhevsky et al. 2012).
   */
  public static Tensor localResponseNorm(Tensor x, int size, double alpha, double beta, double k) {
    if (x.rank() < 3 || size < 1) {
      throw new ShapeException(
          "localResponseNorm: input %s, size %d; expected [N, C, *] and at least 1"
              .formatted(x.shape(), size));
    }
    Tensor squares = x.square().reshape(x.size(0), x.size(1), -1).transpose(1, 2);
    Tensor padded = squares.pad(size / 2, (size - 1) / 2);
    Tensor means = padded.avgPool1d(dev.tern.shape.PoolOptions.window(size).stride(1));
    return x.div(means.transpose(1, 2).reshape(x.shape()).mul(alpha).add(k).pow(beta));
  }

  /** x / max(its p-norm along a dimension, eps), {@code F.normalize}. */
  public static Tensor normalize(Tensor x, double p, int dim, double eps) {
    return x.div(x.norm(p, dim, true).clamp(eps, Double.POSITIVE_INFINITY));
  }

  /** x / its Euclidean norm along dimension 1. */
  public static Tensor normalize(Tensor x) {
    return normalize(x, 2, 1, 1e-12);
  }

  /** Sets elements to zero with probability p in training, {@code F.dropout}. */
  public static Tensor dropout(Tensor x, double p, boolean training) {
    return x.dropout(p, training);
  }

  /** Drops whole channels of {@code [N, C, L]}, {@code F.dropout1d}. */
  public static Tensor dropout1d(Tensor x, double p, boolean training) {
    return x.dropout1d(p, training);
  }

  /** Drops whole channels of {@code [N, C, H, W]}, {@code F.dropout2d}. */
  public static Tensor dropout2d(Tensor x, double p, boolean training) {
    return x.dropout2d(p, training);
  }

  /** Drops whole channels of {@code [N, C, D, H, W]}, {@code F.dropout3d}. */
  public static Tensor dropout3d(Tensor x, double p, boolean training) {
    return x.dropout3d(p, training);
  }

  /** Dropout that keeps mean and variance before SELU, {@code F.alpha_dropout}. */
  public static Tensor alphaDropout(Tensor x, double p, boolean training) {
    return x.alphaDropout(p, training);
  }

  /** As {@link #alphaDropout}, whole channels of {@code [N, C, *]}. */
  public static Tensor featureAlphaDropout(Tensor x, double p, boolean training) {
    return x.featureAlphaDropout(p, training);
  }

  /**
   * The cosine of the angle between x and y along a dimension of the shape that they broadcast to,
   * {@code F.cosine_similarity}.
   *
   * @param eps the least length that is divided by
   */
  public static Tensor cosineSimilarity(Tensor x, Tensor y, int dim, double eps) {
    Shape shape = Shape.broadcast("cosineSimilarity", x.shape(), y.shape());
    Tensor a = x.expand(shape);
    Tensor b = y.expand(shape);
    return a.div(length(a, dim, eps)).mul(b.div(length(b, dim, eps))).sum(dim);
  }

  /** Lengths of at least eps; the bound is not differentiated, as in PyTorch. */
  private static Tensor length(Tensor x, int dim, double eps) {
    return atLeast(x.norm(2, dim, true), eps);
  }

  /** x where it is large enough, else the bound, with x's gradient in either case. */
  static Tensor atLeast(Tensor x, double bound) {
    Tensor held = x.copy();
    try (var off = Autograd.noGrad()) {
      held.clamp_(bound, Double.POSITIVE_INFINITY);
    }
    return held;
  }

  /** The p-norm of x - y + eps along the last dimension, {@code F.pairwise_distance}. */
  public static Tensor pairwiseDistance(Tensor x, Tensor y, double p, double eps, boolean keepDim) {
    return x.sub(y).add(eps).norm(p, -1, keepDim);
  }

  /** The Euclidean distance along the last dimension. */
  public static Tensor pairwiseDistance(Tensor x, Tensor y) {
    return pairwiseDistance(x, y, 2, 1e-6, false);
  }
}
