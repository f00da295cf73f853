package dev.tern.optim;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Multiplies the learning rate by a factor until so many epochs are over, {@code
 * torch.optim.lr_scheduler.ConstantLR}.
 */
public final class ConstantLR extends LrScheduler {
  private final double factor;
  private final int totalIters;

  /**
   * By the factor for the first {@code totalIters} epochs (PyTorch's defaults are 1/3 and 5).
   *
   * @throws IllegalArgumentException if the factor is not above 0 and at most 1
   */
  public ConstantLR(Optimizer optimizer, double factor, int totalIters) {
    super(optimizer);
    if (!(factor > 0 && factor <= 1)) {
      throw new IllegalArgumentException(
          "ConstantLR: wants a factor above 0 and at most 1, got " + factor);
    }
    this.factor = factor;
    this.totalIters = totalIters;
    start();
  }

  @Override
  protected double first(int group, double lr) {
    return lr * factor;
  }

  @Override
  protected double next(int group, double initial, double present, int epoch) {
    return epoch == totalIters ? present * (1 / factor) : present;
  }

  @Override
  Map<String, @Nullable Object> settings() {
    Map<String, @Nullable Object> settings = new LinkedHashMap<>();
    settings.put("factor", factor);
    settings.put("total_iters", (long) totalIters);
    return settings;
  }
}
