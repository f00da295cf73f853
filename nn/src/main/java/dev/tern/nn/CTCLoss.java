package dev.tern.nn;

import dev.tern.Reductions;
import dev.tern.Tensor;
import dev.tern.shape.TernException;

/** Minus the log-probability of a sequence over all its alignments, {@code torch.nn.CTCLoss}. */
public class CTCLoss extends Module {
  private final int blank;
  private final Reductions reduction;
  private final boolean zeroInfinity;

  /** The mean, class 0 is the blank. */
  public CTCLoss() {
    this(0, Reductions.MEAN, false);
  }

  /** See {@link F#ctcLoss}. */
  public CTCLoss(int blank, Reductions reduction, boolean zeroInfinity) {
    this.blank = blank;
    this.reduction = reduction;
    this.zeroInfinity = zeroInfinity;
  }

  /**
   * Log-probabilities [T, N, C], targets [N, S] or flat, both lengths [N]; all INT64 but the first.
   */
  public final Tensor apply(
      Tensor logProbabilities, Tensor targets, Tensor inputLengths, Tensor targetLengths) {
    try {
      return F.ctcLoss(
          logProbabilities, targets, inputLengths, targetLengths, blank, reduction, zeroInfinity);
    } catch (TernException e) {
      throw leaving(e);
    }
  }
}
