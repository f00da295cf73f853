package dev.tern;

import dev.tern.shape.DType;
import dev.tern.shape.DTypeException;
import dev.tern.shape.ShapeException;

/** How far a prediction is from its target. */
public sealed interface Losses permits Tensor {
  /** The target that {@code crossEntropy} and {@code nllLoss} leave out, PyTorch's default. */
  long IGNORE_INDEX = -100;

  private Tensor self() {
    return (Tensor) this;
  }

  /**
   * The mean negative logarithm of the softmax at the target, {@code F.cross_entropy}.
   *
   * @param target INT64 class numbers, {@code [N]} for {@code [N, classes]}, {@code [N, d1, ...]}
   *     for {@code [N, classes, d1, ...]}; {@link #IGNORE_INDEX} is left out
   * @throws ShapeException if shapes do not fit or a class is out of range
   */
  default Tensor crossEntropy(Tensor target) {
    return crossEntropy(target, Reductions.MEAN);
  }

  /** As {@link #crossEntropy(Tensor)}, with a reduction of the caller's choice. */
  default Tensor crossEntropy(Tensor target, Reductions reduction) {
    Tensor x = self();
    checkClasses("crossEntropy", x, target);
    return nll(x.logSoftmax(x.rank() == 1 ? 0 : 1), target, reduction);
  }

  /** The mean of minus the log-probability at the target, {@code F.nll_loss}. */
  default Tensor nllLoss(Tensor target) {
    return nllLoss(target, Reductions.MEAN);
  }

  /** As {@link #nllLoss(Tensor)}, with a reduction of the caller's choice. */
  default Tensor nllLoss(Tensor target, Reductions reduction) {
    checkClasses("nllLoss", self(), target);
    return nll(self(), target, reduction);
  }

  private static void checkClasses(String op, Tensor x, Tensor target) {
    if (target.dtype() != DType.INT64) {
      throw new DTypeException(op + ": wants INT64 class numbers, got " + target.dtype());
    }
    if (x.rank() == 0 || !target.shape().equals(x.shape().without(x.rank() == 1 ? 0 : 1))) {
      throw new ShapeException(
          "%s: target %s does not fit input %s; expected %s"
              .formatted(
                  op,
                  target.shape(),
                  x.shape(),
                  x.rank() == 0 ? "[N, classes]" : x.shape().without(x.rank() == 1 ? 0 : 1)));
    }
    int classes = x.size(x.rank() == 1 ? 0 : 1);
    long[] labels = target.toLongArray();
    for (int i = 0; i < labels.length; i++) {
      if (labels[i] != IGNORE_INDEX && (labels[i] < 0 || labels[i] >= classes)) {
        throw new ShapeException(
            "%s: target %d at position %d is out of range for %d classes"
                .formatted(op, labels[i], i, classes));
      }
    }
  }

  private static Tensor nll(Tensor logProbabilities, Tensor target, Reductions reduction) {
    int dim = logProbabilities.rank() == 1 ? 0 : 1;
    Tensor ignored = target.eq(IGNORE_INDEX);
    long ignoredCount = ignored.sum().itemLong();
    Tensor index = ignoredCount == 0 ? target : target.maskedFill(ignored, 0);
    Tensor losses = logProbabilities.gather(dim, index.unsqueeze(dim)).squeeze(dim).neg();
    if (ignoredCount == 0) {
      return reduction.of(losses);
    }
    losses = losses.maskedFill(ignored, 0);
    return reduction == Reductions.MEAN
        ? losses.sum().div((double) (target.numel() - ignoredCount))
        : reduction.of(losses);
  }

  private Tensor difference(String op, Tensor target) {
    Tensor x = self();
    if (!x.shape().equals(target.shape())) {
      throw new ShapeException(
          "%s: target %s does not fit input %s; expected the same shape"
              .formatted(op, target.shape(), x.shape()));
    }
    return x.sub(target);
  }

  /** The mean squared difference, {@code F.mse_loss}. */
  default Tensor mseLoss(Tensor target) {
    return mseLoss(target, Reductions.MEAN);
  }

  /** As {@link #mseLoss(Tensor)}, with a reduction of the caller's choice. */
  default Tensor mseLoss(Tensor target, Reductions reduction) {
    return reduction.of(difference("mseLoss", target).square());
  }

  /** The mean absolute difference, {@code F.l1_loss}. */
  default Tensor l1Loss(Tensor target) {
    return l1Loss(target, Reductions.MEAN);
  }

  /** As {@link #l1Loss(Tensor)}, with a reduction of the caller's choice. */
  default Tensor l1Loss(Tensor target, Reductions reduction) {
    return reduction.of(difference("l1Loss", target).abs());
  }
}
