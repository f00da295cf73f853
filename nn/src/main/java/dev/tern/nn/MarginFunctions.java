package dev.tern.nn;

import dev.tern.Reductions;
import dev.tern.Tensor;
import dev.tern.shape.DType;
import dev.tern.shape.DTypeException;
import dev.tern.shape.Shape;
import dev.tern.shape.ShapeException;
import org.jspecify.annotations.Nullable;

/** Losses that want a margin between what fits and what does not, for {@link F}. */
abstract class MarginFunctions extends ResizingFunctions {
  MarginFunctions() {}

  /**
   * The mean over the classes i but the right one y of max(0, margin - x[y] + x[i])ᵖ, {@code
   * F.multi_margin_loss}.
   *
   * @param x {@code [N, C]} or {@code [C]}
   * @param target INT64 {@code [N]} or {@code []}
   * @param p 1 or 2
   * @param weight {@code [C]}, how much each right class counts; or null
   */
  public static Tensor multiMarginLoss(
      Tensor x,
      Tensor target,
      int p,
      double margin,
      @Nullable Tensor weight,
      Reductions reduction) {
    if (p != 1 && p != 2) {
      throw new IllegalArgumentException("multiMarginLoss: p is 1 or 2, got " + p);
    }
    int dim = classes("multiMarginLoss", x, target, 1);
    Tensor index = target.unsqueeze(dim);
    Tensor over = x.sub(x.gather(dim, index)).add(margin).relu();
    over = p == 1 ? over : over.square();
    if (weight != null) {
      over = over.mul(weight.indexSelect(0, target.reshape(-1)).reshape(index.shape()));
    }
    Tensor right = Tensor.arange(x.size(dim)).to(x.device()).eq(index);
    return reduction.of(over.maskedFill(right, 0).sum(dim).div(x.size(dim)));
  }

  /**
   * Σ max(0, 1 - x[y] + x[i]) / C over the right classes y and the wrong ones i, {@code
   * F.multilabel_margin_loss}.
   *
   * @param x {@code [N, C]} or {@code [C]}
   * @param target INT64 of x's shape: the right classes, up to the first -1
   */
  public static Tensor multilabelMarginLoss(Tensor x, Tensor target, Reductions reduction) {
    int dim = classes("multilabelMarginLoss", x, target, 0);
    int count = x.size(dim);
    long[] labels = target.toLongArray();
    boolean[] listed = new boolean[labels.length];
    boolean[] right = new boolean[labels.length];
    for (int row = 0; row < labels.length; row += count) {
      for (int i = row; i < row + count && labels[i] != -1; i++) {
        if (labels[i] < 0 || labels[i] >= count) {
          throw new ShapeException(
              "multilabelMarginLoss: target %d is out of range for %d classes"
                  .formatted(labels[i], count));
        }
        listed[i] = true;
        right[row + (int) labels[i]] = true;
      }
    }
    int[] shape = x.shape().toArray();
    Tensor unlisted = Tensor.ofBools(listed, shape).logicalNot().to(x.device());
    Tensor index = target.maskedFill(unlisted, 0);
    // [*, right classes, wrong classes]
    Tensor over = x.unsqueeze(-2).sub(x.gather(dim, index).unsqueeze(-1)).add(1).relu();
    over = over.maskedFill(unlisted.unsqueeze(-1), 0);
    over = over.maskedFill(Tensor.ofBools(right, shape).unsqueeze(-2).to(x.device()), 0);
    return reduction.of(over.sum(-2, -1).div(count));
  }

  /**
   * The binary cross entropy of sigmoid(x), averaged over the classes, {@code
   * F.multilabel_soft_margin_loss}.
   *
   * @param x {@code [*, C]}
   * @param target 0 or 1, of x's shape
   * @param weight {@code [C]} or null
   */
  public static Tensor multilabelSoftMarginLoss(
      Tensor x, Tensor target, @Nullable Tensor weight, Reductions reduction) {
    Tensor losses = F.binaryCrossEntropyWithLogits(x, target, weight, null, Reductions.NONE);
    return reduction.of(losses.mean(-1));
  }

  /**
   * max(0, margin - target (x - y)), {@code F.margin_ranking_loss}: target 1 ranks x higher, -1
   * ranks y higher.
   */
  public static Tensor marginRankingLoss(
      Tensor x, Tensor y, Tensor target, double margin, Reductions reduction) {
    return reduction.of(target.neg().mul(x.sub(y)).add(margin).relu());
  }

  /** x where the target is 1, max(0, margin - x) where it is -1, {@code F.hinge_embedding_loss}. */
  public static Tensor hingeEmbeddingLoss(
      Tensor x, Tensor target, double margin, Reductions reduction) {
    Tensor far = x.rsub(margin).relu().maskedFill(target.eq(1), 0);
    return reduction.of(far.add(x.maskedFill(target.eq(-1), 0)));
  }

  /**
   * 1 - cos(x, y) where the target is 1, max(0, cos(x, y) - margin) where it is -1, {@code
   * F.cosine_embedding_loss}.
   *
   * @param x {@code [N, D]} or {@code [D]}
   * @param y of x's shape
   * @param target {@code [N]} or {@code []}
   */
  public static Tensor cosineEmbeddingLoss(
      Tensor x, Tensor y, Tensor target, double margin, Reductions reduction) {
    if (x.rank() < 1 || x.rank() > 2 || target.rank() != x.rank() - 1) {
      throw new ShapeException(
          "cosineEmbeddingLoss: inputs %s and %s, target %s; expected [N, D] twice and [N]"
              .formatted(x.shape(), y.shape(), target.shape()));
    }
    double eps = 1e-12;
    Tensor lengths = x.square().sum(-1).add(eps).mul(y.square().sum(-1).add(eps)).sqrt();
    Tensor cosine = x.mul(y).sum(-1).div(lengths);
    Tensor near = cosine.rsub(1).maskedFill(target.ne(1), 0);
    Tensor far = cosine.sub(margin).relu().maskedFill(target.ne(-1), 0);
    return reduction.of(near.add(far));
  }

  /**
   * max(0, d(anchor, positive) - d(anchor, negative) + margin), {@code F.triplet_margin_loss}
   * (Balntas et al. 2016), distances along the last dimension.
   *
   * @param p the distances' norm
   * @param eps added to the differences
   * @param swap whether the negative's distance is the lesser of those from anchor and positive
   */
  public static Tensor tripletMarginLoss(
      Tensor anchor,
      Tensor positive,
      Tensor negative,
      double margin,
      double p,
      double eps,
      boolean swap,
      Reductions reduction) {
    Tensor near = pairwiseDistance(anchor, positive, p, eps, false);
    Tensor far = pairwiseDistance(anchor, negative, p, eps, false);
    if (swap) {
      far = far.minimum(pairwiseDistance(positive, negative, p, eps, false));
    }
    return reduction.of(near.sub(far).add(margin).relu());
  }

  /** Checks INT64 targets with {@code fewer} dimensions than x; gives the classes' dimension. */
  private static int classes(String op, Tensor x, Tensor target, int fewer) {
    if (target.dtype() != DType.INT64) {
      throw new DTypeException(op + ": wants INT64 class numbers, got " + target.dtype());
    }
    if (x.rank() < 1 || x.rank() > 2) {
      throw new ShapeException(op + ": input " + x.shape() + "; expected [N, C] or [C]");
    }
    int dim = x.rank() - 1;
    Shape fits = fewer == 0 ? x.shape() : x.shape().without(dim);
    if (!target.shape().equals(fits)) {
      throw new ShapeException(
          "%s: target %s does not fit input %s; expected %s"
              .formatted(op, target.shape(), x.shape(), fits));
    }
    return dim;
  }
}
