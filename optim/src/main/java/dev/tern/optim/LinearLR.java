package dev.tern.optim;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Multiplies the learning rate by a factor that grows or shrinks evenly, {@code
 * torch.optim.lr_scheduler.LinearLR}.
 */
public final class LinearLR extends LrScheduler {
  private final double startFactor;
  private final double endFactor;
  private final int totalIters;

  /** From a factor to 1, over so many epochs (PyTorch's defaults are 1/3 and 5). */
  public LinearLR(Optimizer optimizer, double startFactor, int totalIters) {
    this(optimizer, startFactor, 1, totalIters);
  }

  /**
   * From a factor to another, over so many epochs.
   *
   * @throws IllegalArgumentException if the first is not above 0, or one is not from 0 to 1
   */
  public LinearLR(Optimizer optimizer, double startFactor, double endFactor, int totalIters) {
    super(optimizer);
    if (!(startFactor > 0 && startFactor <= 1 && endFactor >= 0 && endFactor <= 1)) {
      throw new IllegalArgumentException(
          "LinearLR: wants factors from 0 to 1, the first above 0, got %s and %s"
              .formatted(startFactor, endFactor));
    }
    this.startFactor = startFactor;
    this.endFactor = endFactor;
    this.totalIters = Epochs.atLeastOne("LinearLR: the way", totalIters);
    start();
  }

  @Override
  protected double first(int group, double lr) {
    return lr * startFactor;
  }

  @Override
  protected double next(int group, double initial, double present, int epoch) {
    if (epoch > totalIters) {
      return present;
    }
    double change = endFactor - startFactor;
    return present * (1 + change / (totalIters * startFactor + (epoch - 1) * change));
  }

  @Override
  Map<String, @Nullable Object> settings() {
    Map<String, @Nullable Object> settings = new LinkedHashMap<>();
    settings.put("start_factor", startFactor);
    settings.put("end_factor", endFactor);
    settings.put("total_iters", (long) totalIters);
    return settings;
  }
}
