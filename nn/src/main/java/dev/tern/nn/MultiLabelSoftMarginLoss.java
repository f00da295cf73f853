package dev.tern.nn;

import dev.tern.Reductions;
import dev.tern.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The binary cross entropy of sigmoid(scores) over several classes: {@code
 * torch.nn.MultiLabelSoftMarginLoss}.
 */
public class MultiLabelSoftMarginLoss extends Loss {
  /** [C], null where all classes count the same. */
  public final @Nullable Tensor weight;

  private final Reductions reduction;

  /** The mean. */
  public MultiLabelSoftMarginLoss() {
    this(Reductions.MEAN, null);
  }

  /** With a weight a class, or null. */
  public MultiLabelSoftMarginLoss(Reductions reduction, @Nullable Tensor weight) {
    this.reduction = reduction;
    this.weight = weight;
  }

  @Override
  protected Tensor forward(Tensor input, Tensor target) {
    return F.multilabelSoftMarginLoss(input, target, weight, reduction);
  }
}
