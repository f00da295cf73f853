package dev.tern;

import static dev.tern.Gradient.grad;

import dev.tern.device.IndexRange;
import dev.tern.device.NllSpec;
import dev.tern.shape.AutogradException;
import dev.tern.shape.DType;
import dev.tern.shape.DTypeException;
import dev.tern.shape.Shape;
import dev.tern.shape.ShapeException;
import org.jspecify.annotations.Nullable;

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
   *     for {@code [N, classes, d1, ...]}; {@link #IGNORE_INDEX} is left out. Or each class's
   *     probability, in this tensor's shape
   * @throws ShapeException if shapes do not fit or a class is out of range; the latter is told on a
   *     GPU by the next {@code item()}, copy to the host or synchronisation
   */
  default Tensor crossEntropy(Tensor target) {
    return crossEntropy(target, CrossEntropyOptions.DEFAULTS);
  }

  /** As {@link #crossEntropy(Tensor)}, with a reduction of the caller's choice. */
  default Tensor crossEntropy(Tensor target, Reductions reduction) {
    return crossEntropy(target, CrossEntropyOptions.DEFAULTS.reduction(reduction));
  }

  /** As {@link #crossEntropy(Tensor)}, with weights, smoothing, another ignored label. */
  default Tensor crossEntropy(Tensor target, CrossEntropyOptions options) {
    Tensor x = self();
    checkWeight("crossEntropy", x, options.weight());
    if (target.dtype().isFloatingPoint() && target.rank() == x.rank()) {
      return ofProbabilities(x, target, options);
    }
    NllSpec spec = spec("crossEntropy", x, target, options.ignoreIndex());
    return nll(spec, x.logSoftmax(classDim(x)), target, options);
  }

  /** The mean of minus the log-probability at the target, {@code F.nll_loss}. */
  default Tensor nllLoss(Tensor target) {
    return nllLoss(target, CrossEntropyOptions.DEFAULTS);
  }

  /** As {@link #nllLoss(Tensor)}, with a reduction of the caller's choice. */
  default Tensor nllLoss(Tensor target, Reductions reduction) {
    return nllLoss(target, CrossEntropyOptions.DEFAULTS.reduction(reduction));
  }

  /**
   * As {@link #nllLoss(Tensor)}, with weights or another ignored label.
   *
   * @throws IllegalArgumentException if the options ask for smoothing, which is not defined here
   */
  default Tensor nllLoss(Tensor target, CrossEntropyOptions options) {
    if (options.labelSmoothing() != 0) {
      throw new IllegalArgumentException("nllLoss: has no label smoothing; use crossEntropy");
    }
    checkWeight("nllLoss", self(), options.weight());
    NllSpec spec = spec("nllLoss", self(), target, options.ignoreIndex());
    return nll(spec, self(), target, options);
  }

  /** The dimension of the classes: the second, or the only one. */
  private static int classDim(Tensor x) {
    return x.rank() == 1 ? 0 : 1;
  }

  private static void checkWeight(String op, Tensor x, @Nullable Tensor weight) {
    if (x.rank() == 0) {
      throw new ShapeException(op + ": input []; expected [N, classes, ...] or [classes]");
    }
    if (weight != null) {
      Tensor.expectSame(op, x, weight);
      if (!weight.shape().equals(Shape.of(x.size(classDim(x))))) {
        throw new ShapeException(
            "%s: weight %s does not fit input %s; expected [%d]"
                .formatted(op, weight.shape(), x.shape(), x.size(classDim(x))));
      }
    }
  }

  private static NllSpec spec(String op, Tensor x, Tensor target, long ignoreIndex) {
    if (target.dtype() != DType.INT64) {
      throw new DTypeException(op + ": wants INT64 class numbers, got " + target.dtype());
    }
    int dim = classDim(x);
    if (!target.shape().equals(x.shape().without(dim))) {
      throw new ShapeException(
          "%s: target %s does not fit input %s; expected %s"
              .formatted(op, target.shape(), x.shape(), x.shape().without(dim)));
    }
    Tensor.expectSameDevice(op, x, target);
    return new NllSpec(
        x.shape().product(0, dim),
        x.shape().product(dim + 1, x.rank()),
        new IndexRange(
            x.size(dim), op + ": target %d at position %d is out of range for %d classes"),
        ignoreIndex);
  }

  private static Tensor nll(NllSpec spec, Tensor x, Tensor target, CrossEntropyOptions options) {
    Tensor weight = options.weight();
    if (weight != null && weight.requiresGrad() && Autograd.isEnabled()) {
      throw new AutogradException("the weights of classes have no gradient; detach() them");
    }
    Tensor losses = x.empty(target.shape());
    Tensor counts = x.empty(target.shape()); // how much each position counts
    boolean uneven =
        x.backend()
            .nll(
                spec, x.data(), target.data(), Tensor.dataOf(weight), losses.data(), counts.data());
    losses.from(
        "nllLoss", grad(x, dy -> nllGrad(spec, x, target, counts, dy), target, counts, weight));
    if (options.labelSmoothing() > 0) {
      double share = options.labelSmoothing();
      int dim = classDim(x);
      Tensor all = weight == null ? x : weighted(x, weight);
      Tensor spread = all.sum(dim).mul(-share / x.size(dim));
      Tensor kept = uneven ? spread.maskedFill(ignored(spec, target), 0) : spread;
      losses = losses.mul(1 - share).add(kept);
    }
    return uneven && options.reduction() == Reductions.MEAN
        ? losses.sum().div(counts.sum())
        : options.reduction().of(losses);
  }

  private static Tensor ignored(NllSpec spec, Tensor target) {
    return target.eq((double) spec.ignored());
  }

  private static Tensor nllGrad(NllSpec spec, Tensor x, Tensor target, Tensor counts, Tensor dy) {
    if (Autograd.isEnabled()) {
      int dim = classDim(x);
      Tensor index = target.maskedFill(ignored(spec, target), 0).unsqueeze(dim);
      return Tensor.zerosLike(x).scatter(dim, index, dy.mul(counts).neg().unsqueeze(dim));
    }
    Tensor dx = dy.empty(x.shape());
    dy.backend().nllGrad(spec, target.data(), counts.data(), dy.data(), dx.data());
    return dx;
  }

  private static Tensor weighted(Tensor x, Tensor weight) {
    int[] alongClasses = new int[x.rank()];
    java.util.Arrays.fill(alongClasses, 1);
    alongClasses[classDim(x)] = weight.numel();
    return x.mul(weight.view(alongClasses));
  }

  /** -Σ target log(softmax(x)) over the classes; its mean is over positions, not weighted. */
  private static Tensor ofProbabilities(Tensor x, Tensor target, CrossEntropyOptions options) {
    if (!target.shape().equals(x.shape())) {
      throw new ShapeException(
          "crossEntropy: probabilities %s do not fit input %s; expected the same shape"
              .formatted(target.shape(), x.shape()));
    }
    int dim = classDim(x);
    double share = options.labelSmoothing();
    Tensor wanted = share == 0 ? target : target.mul(1 - share).add(share / x.size(dim));
    Tensor weight = options.weight();
    Tensor products = x.logSoftmax(dim).mul(wanted);
    return options
        .reduction()
        .of((weight == null ? products : weighted(products, weight)).sum(dim).neg());
  }

  private Tensor difference(String op, Tensor target) {
    expectSame(op, target);
    return self().sub(target);
  }

  private void expectSame(String op, Tensor target) {
    Tensor x = self();
    if (!x.shape().equals(target.shape())) {
      throw new ShapeException(
          "%s: target %s does not fit input %s; expected the same shape"
              .formatted(op, target.shape(), x.shape()));
    }
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

  /**
   * -(target log x + (1 - target) log(1 - x)) of each element, logarithms held at -100 or above:
   * {@code F.binary_cross_entropy(reduction='none')}.
   *
   * @param target of this tensor's shape
   * @throws IllegalArgumentException if an element is not from 0 to 1
   */
  default Tensor binaryCrossEntropy(Tensor target) {
    Tensor x = self();
    expectSame("binaryCrossEntropy", target);
    if (x.ge(0).mul(x.le(1)).logicalNot().sum().itemLong() > 0) {
      throw new IllegalArgumentException(
          "binaryCrossEntropy: wants probabilities from 0 to 1; use the one with logits for scores");
    }
    Tensor y;
    try (var off = Autograd.noGrad()) {
      y =
          target
              .sub(1)
              .mul(x.neg().log1p().clamp(-100, Double.POSITIVE_INFINITY))
              .sub(target.mul(heldLog(x)));
    }
    return y.from(
        "binaryCrossEntropy",
        grad(
            x,
            dy -> {
              Tensor spread = x.rsub(1).mul(x).clamp(1e-12, Double.POSITIVE_INFINITY);
              return dy.mul(x.sub(target)).div(spread);
            },
            x,
            target),
        grad(target, dy -> dy.mul(heldLog(x.rsub(1)).sub(heldLog(x))), x));
  }

  private static Tensor heldLog(Tensor x) {
    return x.log().clamp(-100, Double.POSITIVE_INFINITY);
  }
}
