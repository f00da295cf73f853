package dev.tern.nn;

import dev.tern.Reductions;
import dev.tern.Tensor;
import dev.tern.shape.ConvOptions;
import dev.tern.shape.PoolOptions;
import org.jspecify.annotations.Nullable;

/**
 * The modules' computations as functions, {@code torch.nn.functional}, for a static import: {@code
 * maxPool2d(tanh(x), 2)}. Each is the tensor's own method of that name, where shapes and gradients
 * are described.
 */
public final class F {
  private F() {}

  // convolution and products; the kernel's size comes from the weight

  /** Convolution of [N, C, L]. */
  public static Tensor conv1d(Tensor x, Tensor weight, @Nullable Tensor bias, ConvOptions options) {
    return x.conv1d(weight, bias, options);
  }

  /** Convolution of [N, C, H, W]. */
  public static Tensor conv2d(Tensor x, Tensor weight, @Nullable Tensor bias, ConvOptions options) {
    return x.conv2d(weight, bias, options);
  }

  /** Convolution of [N, C, D, H, W]. */
  public static Tensor conv3d(Tensor x, Tensor weight, @Nullable Tensor bias, ConvOptions options) {
    return x.conv3d(weight, bias, options);
  }

  /** x Wᵀ + b. */
  public static Tensor linear(Tensor x, Tensor weight, @Nullable Tensor bias) {
    return x.linear(weight, bias);
  }

  // pooling

  /** The largest value of each window of [N, C, L]. */
  public static Tensor maxPool1d(Tensor x, int window) {
    return x.maxPool1d(PoolOptions.window(window));
  }

  /** The largest value of each window of [N, C, L]. */
  public static Tensor maxPool1d(Tensor x, PoolOptions options) {
    return x.maxPool1d(options);
  }

  /** The largest value of each window of [N, C, H, W]. */
  public static Tensor maxPool2d(Tensor x, int window) {
    return x.maxPool2d(PoolOptions.window(window));
  }

  /** The largest value of each window of [N, C, H, W]. */
  public static Tensor maxPool2d(Tensor x, PoolOptions options) {
    return x.maxPool2d(options);
  }

  /** The largest value of each window of [N, C, D, H, W]. */
  public static Tensor maxPool3d(Tensor x, PoolOptions options) {
    return x.maxPool3d(options);
  }

  /** The mean of each window of [N, C, L]. */
  public static Tensor avgPool1d(Tensor x, PoolOptions options) {
    return x.avgPool1d(options);
  }

  /** The mean of each window of [N, C, H, W]. */
  public static Tensor avgPool2d(Tensor x, int window) {
    return x.avgPool2d(PoolOptions.window(window));
  }

  /** The mean of each window of [N, C, H, W]. */
  public static Tensor avgPool2d(Tensor x, PoolOptions options) {
    return x.avgPool2d(options);
  }

  /** The mean of each window of [N, C, D, H, W]. */
  public static Tensor avgPool3d(Tensor x, PoolOptions options) {
    return x.avgPool3d(options);
  }

  // activations

  /** tanh(x). */
  public static Tensor tanh(Tensor x) {
    return x.tanh();
  }

  /** max(x, 0). */
  public static Tensor relu(Tensor x) {
    return x.relu();
  }

  /** min(max(x, 0), 6). */
  public static Tensor relu6(Tensor x) {
    return x.relu6();
  }

  /** 1 / (1 + exp(-x)). */
  public static Tensor sigmoid(Tensor x) {
    return x.sigmoid();
  }

  /** x where it is positive, else slope x. */
  public static Tensor leakyRelu(Tensor x, double slope) {
    return x.leakyRelu(slope);
  }

  /** x where it is positive, else alpha (exp(x) - 1). */
  public static Tensor elu(Tensor x, double alpha) {
    return x.elu(alpha);
  }

  /** x Φ(x). */
  public static Tensor gelu(Tensor x) {
    return x.gelu();
  }

  /** x sigmoid(x). */
  public static Tensor silu(Tensor x) {
    return x.silu();
  }

  /** x tanh(softplus(x)). */
  public static Tensor mish(Tensor x) {
    return x.mish();
  }

  /** log(1 + exp(x)). */
  public static Tensor softplus(Tensor x) {
    return x.softplus(1, 20);
  }

  /** log(1 + exp(beta x)) / beta, and x itself beyond a threshold of beta x. */
  public static Tensor softplus(Tensor x, double beta, double threshold) {
    return x.softplus(beta, threshold);
  }

  /** log(sigmoid(x)). */
  public static Tensor logSigmoid(Tensor x) {
    return x.logSigmoid();
  }

  /** min(max(x, low), high). */
  public static Tensor hardtanh(Tensor x, double low, double high) {
    return x.hardtanh(low, high);
  }

  /** x / (1 + |x|). */
  public static Tensor softsign(Tensor x) {
    return x.softsign();
  }

  /** exp(x) / Σ exp(x) along a dimension. */
  public static Tensor softmax(Tensor x, int dim) {
    return x.softmax(dim);
  }

  /** log(softmax(x)) along a dimension. */
  public static Tensor logSoftmax(Tensor x, int dim) {
    return x.logSoftmax(dim);
  }

  // normalization and dropout

  /**
   * Batch norm with a batch's own mean and variance in training, else with the running estimates.
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

  /** Layer norm over the last {@code dims} dimensions. */
  public static Tensor layerNorm(
      Tensor x, int dims, @Nullable Tensor weight, @Nullable Tensor bias, double eps) {
    return x.layerNorm(dims, weight, bias, eps);
  }

  /** Sets elements to zero with probability p in training. */
  public static Tensor dropout(Tensor x, double p, boolean training) {
    return x.dropout(p, training);
  }

  /** Drops whole channels with probability p in training. */
  public static Tensor dropout2d(Tensor x, double p, boolean training) {
    return x.dropout2d(p, training);
  }

  // losses

  /** The mean of -log(softmax(x)) of the right classes. */
  public static Tensor crossEntropy(Tensor x, Tensor target) {
    return x.crossEntropy(target);
  }

  /** -log(softmax(x)) of the right classes. */
  public static Tensor crossEntropy(Tensor x, Tensor target, Reductions reduction) {
    return x.crossEntropy(target, reduction);
  }

  /** The mean of minus the log-probabilities of the right classes. */
  public static Tensor nllLoss(Tensor x, Tensor target) {
    return x.nllLoss(target);
  }

  /** Minus the log-probabilities of the right classes. */
  public static Tensor nllLoss(Tensor x, Tensor target, Reductions reduction) {
    return x.nllLoss(target, reduction);
  }

  /** The mean of (x - target)². */
  public static Tensor mseLoss(Tensor x, Tensor target) {
    return x.mseLoss(target);
  }

  /** (x - target)². */
  public static Tensor mseLoss(Tensor x, Tensor target, Reductions reduction) {
    return x.mseLoss(target, reduction);
  }

  /** The mean of |x - target|. */
  public static Tensor l1Loss(Tensor x, Tensor target) {
    return x.l1Loss(target);
  }

  /** |x - target|. */
  public static Tensor l1Loss(Tensor x, Tensor target, Reductions reduction) {
    return x.l1Loss(target, reduction);
  }
}
