package dev.tern.nn;

import dev.tern.CrossEntropyOptions;
import dev.tern.Reductions;
import dev.tern.Tensor;
import dev.tern.shape.DType;
import dev.tern.shape.DTypeException;
import dev.tern.shape.ShapeException;
import org.jspecify.annotations.Nullable;

/** Losses, for {@link F}; those with margins are in {@link MarginFunctions}. */
abstract class LossFunctions extends MarginFunctions {
  LossFunctions() {}

  /** The mean of -log(softmax(x)) of the right classes. */
  public static Tensor crossEntropy(Tensor x, Tensor target) {
    return x.crossEntropy(target);
  }

  /** -log(softmax(x)) of the right classes, reduced as asked. */
  public static Tensor crossEntropy(Tensor x, Tensor target, Reductions reduction) {
    return x.crossEntropy(target, reduction);
  }

  /**
   * -log(softmax(x)) of the right classes, {@code F.cross_entropy}: scores {@code [N, C, *]} with
   * INT64 classes {@code [N, *]}, or with probabilities {@code [N, C, *]}.
   */
  public static Tensor crossEntropy(Tensor x, Tensor target, CrossEntropyOptions options) {
    return x.crossEntropy(target, options);
  }

  /** The mean of minus the log-probabilities of the right classes. */
  public static Tensor nllLoss(Tensor x, Tensor target) {
    return x.nllLoss(target);
  }

  /** Minus the log-probabilities of the right classes, reduced as asked. */
  public static Tensor nllLoss(Tensor x, Tensor target, Reductions reduction) {
    return x.nllLoss(target, reduction);
  }

  /**
   * Minus the log-probabilities {@code [N, C, *]} of the right classes {@code [N, *]}, {@code
   * F.nll_loss}.
   */
  public static Tensor nllLoss(Tensor x, Tensor target, CrossEntropyOptions options) {
    return x.nllLoss(target, options);
  }

  /** The mean of (x - target)². */
  public static Tensor mseLoss(Tensor x, Tensor target) {
    return x.mseLoss(target);
  }

  /** (x - target)², {@code F.mse_loss}. */
  public static Tensor mseLoss(Tensor x, Tensor target, Reductions reduction) {
    return x.mseLoss(target, reduction);
  }

  /** The mean of |x - target|. */
  public static Tensor l1Loss(Tensor x, Tensor target) {
    return x.l1Loss(target);
  }

  /** |x - target|, {@code F.l1_loss}. */
  public static Tensor l1Loss(Tensor x, Tensor target, Reductions reduction) {
    return x.l1Loss(target, reduction);
  }

  /**
   * (x - target)² / (2 beta) where |x - target| is below beta, |x - target| - beta / 2 elsewhere,
   * {@code F.smooth_l1_loss}; with beta 0 the L1 loss.
   */
  public static Tensor smoothL1Loss(Tensor x, Tensor target, Reductions reduction, double beta) {
    if (!(beta >= 0)) {
      throw new IllegalArgumentException("smoothL1Loss: wants beta of at least 0, got " + beta);
    }
    if (beta == 0) {
      return x.l1Loss(target, reduction);
    }
    Tensor difference = difference("smoothL1Loss", x, target);
    Tensor size = difference.abs();
    Tensor near = difference.square().mul(0.5 / beta);
    return reduction.of(Tensor.where(size.lt(beta), near, size.sub(beta / 2)));
  }

  /**
   * (x - target)² / 2 where |x - target| is at most delta, delta (|x - target| - delta / 2)
   * elsewhere, {@code F.huber_loss} (Huber 1964).
   */
  public static Tensor huberLoss(Tensor x, Tensor target, Reductions reduction, double delta) {
    if (!(delta > 0)) {
      throw new IllegalArgumentException("huberLoss: wants delta above 0, got " + delta);
    }
    Tensor difference = difference("huberLoss", x, target);
    Tensor size = difference.abs();
    Tensor near = difference.square().mul(0.5);
    Tensor far = size.sub(delta / 2).mul(delta);
    return reduction.of(Tensor.where(size.le(delta), near, far));
  }

  static Tensor difference(String op, Tensor x, Tensor target) {
    expectSameShape(op, x, target);
    return x.sub(target);
  }

  /**
   * -(target log x + (1 - target) log(1 - x)), {@code F.binary_cross_entropy}; logarithms are held
   * at -100 or above.
   *
   * @param x probabilities, from 0 to 1
   * @param target of x's shape
   * @param weight factors that broadcast to x's shape; or null
   */
  public static Tensor binaryCrossEntropy(
      Tensor x, Tensor target, @Nullable Tensor weight, Reductions reduction) {
    Tensor losses = x.binaryCrossEntropy(target);
    return reduction.of(weight == null ? losses : losses.mul(weight));
  }

  /**
   * The binary cross entropy of sigmoid(x), {@code F.binary_cross_entropy_with_logits}.
   *
   * @param target of x's shape
   * @param weight factors that broadcast to x's shape; or null
   * @param posWeight how much positive targets count, broadcast to x's shape; or null
   */
  public static Tensor binaryCrossEntropyWithLogits(
      Tensor x,
      Tensor target,
      @Nullable Tensor weight,
      @Nullable Tensor posWeight,
      Reductions reduction) {
    expectSameShape("binaryCrossEntropyWithLogits", x, target);
    // -log(1 - sigmoid(x)) = x - logSigmoid(x)
    Tensor positive = x.logSigmoid();
    Tensor counts = target.rsub(1);
    if (posWeight != null) {
      positive = positive.mul(target.mul(posWeight.sub(1)).add(1));
    }
    Tensor losses = counts.mul(x).sub(positive);
    return reduction.of(weight == null ? losses : losses.mul(weight));
  }

  /**
   * target (log target - x), the Kullback-Leibler divergence, {@code F.kl_div}. {@link
   * Reductions#BATCH_MEAN} is the divergence itself, the mean is over all elements.
   *
   * @param x log-probabilities
   * @param target of x's shape
   * @param logTarget whether the target has log-probabilities too
   */
  public static Tensor klDiv(Tensor x, Tensor target, Reductions reduction, boolean logTarget) {
    expectSameShape("klDiv", x, target);
    if (logTarget) {
      return reduction.of(target.exp().mul(target.sub(x)));
    }
    Tensor logarithm = target.maskedFill(target.eq(0), 1).log(); // 0 log 0 is 0
    return reduction.of(target.mul(logarithm.sub(x)));
  }

  /**
   * exp(x) - target x, {@code F.poisson_nll_loss}: minus the log-likelihood of counts.
   *
   * @param x the logarithm of the rate, or the rate itself
   * @param target counts, of x's shape
   * @param logInput whether x is the logarithm
   * @param full whether to add Stirling's approximation of log(target!) for targets above 1
   * @param eps added to a rate before its logarithm is taken
   */
  public static Tensor poissonNLLLoss(
      Tensor x, Tensor target, boolean logInput, boolean full, double eps, Reductions reduction) {
    expectSameShape("poissonNLLLoss", x, target);
    Tensor losses = logInput ? x.exp().sub(target.mul(x)) : x.sub(target.mul(x.add(eps).log()));
    if (full) {
      Tensor counts = target.maskedFill(target.le(1), 1);
      Tensor stirling =
          counts.mul(counts.log()).sub(counts).add(counts.mul(2 * Math.PI).log().mul(0.5));
      losses = losses.add(stirling.maskedFill(target.le(1), 0));
    }
    return reduction.of(losses);
  }

  /**
   * (log var + (x - target)² / var) / 2, {@code F.gaussian_nll_loss}: minus the log-likelihood
   * under a normal distribution (Nix and Weigend 1994).
   *
   * @param x the means
   * @param target of x's shape
   * @param var the variances, at least 0, of x's shape, or one a row: without the last dimension or
   *     with size 1 there
   * @param full whether to add log(2π) / 2
   * @param eps the least variance; the bound is not differentiated
   */
  public static Tensor gaussianNLLLoss(
      Tensor x, Tensor target, Tensor var, boolean full, double eps, Reductions reduction) {
    expectSameShape("gaussianNLLLoss", x, target);
    Tensor variance = var;
    if (x.rank() > 0 && !var.shape().equals(x.shape())) {
      variance = var.shape().equals(x.shape().without(x.rank() - 1)) ? var.unsqueeze(-1) : var;
      if (!variance.shape().equals(x.shape().with(-1, 1))) {
        throw new ShapeException(
            "gaussianNLLLoss: variances %s do not fit input %s".formatted(var.shape(), x.shape()));
      }
    }
    if (variance.lt(0).sum().itemLong() > 0) {
      throw new IllegalArgumentException("gaussianNLLLoss: a variance is negative");
    }
    Tensor held = atLeast(variance, eps);
    Tensor losses = held.log().add(x.sub(target).square().div(held)).mul(0.5);
    return reduction.of(full ? losses.add(0.5 * Math.log(2 * Math.PI)) : losses);
  }

  /** log(1 + exp(-target x)) for targets 1 and -1, {@code F.soft_margin_loss}. */
  public static Tensor softMarginLoss(Tensor x, Tensor target, Reductions reduction) {
    expectSameShape("softMarginLoss", x, target);
    return reduction.of(target.mul(x).logSigmoid().neg());
  }

  /**
   * The connectionist temporal classification loss, {@code F.ctc_loss} (Graves et al. 2006): minus
   * the log-probability of a sequence, summed over all alignments. A mean is over sequences, each
   * divided by its target's length.
   *
   * @param logProbabilities {@code [T, N, C]}, or {@code [T, C]} for one sequence
   * @param targets INT64 {@code [N, S]}, or all targets one after the other; without blanks
   * @param inputLengths INT64 {@code [N]}, at most T
   * @param targetLengths INT64 {@code [N]}
   * @param blank the class of the blank
   * @param zeroInfinity whether sequences too short for their target count 0 rather than infinity
   */
  public static Tensor ctcLoss(
      Tensor logProbabilities,
      Tensor targets,
      Tensor inputLengths,
      Tensor targetLengths,
      int blank,
      Reductions reduction,
      boolean zeroInfinity) {
    Tensor x = logProbabilities;
    if (x.rank() == 2) {
      Tensor losses =
          ctcLoss(
              x.unsqueeze(1),
              targets.reshape(1, -1),
              inputLengths.reshape(1),
              targetLengths.reshape(1),
              blank,
              reduction,
              zeroInfinity);
      return reduction == Reductions.NONE ? losses.squeeze(0) : losses;
    }
    if (x.rank() != 3) {
      throw new ShapeException("ctcLoss: input " + x.shape() + "; expected [T, N, C] or [T, C]");
    }
    if (targets.dtype() != DType.INT64) {
      throw new DTypeException("ctcLoss: wants INT64 classes, got " + targets.dtype());
    }
    var alignments =
        CtcAlignments.of(
            x.shape(), targets, inputLengths.toLongArray(), targetLengths.toLongArray(), blank);
    Tensor losses = alignments.logLikelihood(x).neg();
    Tensor impossible = losses.detach().gt(-CtcAlignments.LOG_ZERO / 2);
    losses = losses.maskedFill(impossible, zeroInfinity ? 0 : Double.POSITIVE_INFINITY);
    if (reduction == Reductions.MEAN) {
      losses = losses.div(targetLengths.to(x.dtype()).clamp(1, Double.POSITIVE_INFINITY));
    }
    return reduction.of(losses);
  }

  static void expectSameShape(String op, Tensor x, Tensor target) {
    if (!x.shape().equals(target.shape())) {
      throw new ShapeException(
          "%s: target %s does not fit input %s; expected the same shape"
              .formatted(op, target.shape(), x.shape()));
    }
  }
}
