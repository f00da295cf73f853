package dev.tern.optim;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Lowers the learning rate to 0 along a polynomial, {@code torch.optim.lr_scheduler.PolynomialLR}.
 */
public final class PolynomialLR extends LrScheduler {
  private final int totalIters;
  private final double power;

  /**
   * {@code initial (1 - epoch / totalIters)^power} (PyTorch's defaults are 5 and 1).
   *
   * @throws IllegalArgumentException if {@code totalIters} is below 1
   */
  public PolynomialLR(Optimizer optimizer, int totalIters, double power) {
    super(optimizer);
    this.totalIters = Epochs.atLeastOne("PolynomialLR: the way", totalIters);
    this.power = power;
    start();
  }

  @Override
  protected double next(int group, double initial, double present, int epoch) {
    if (epoch > totalIters) {
      return present;
    }
    double left = 1 - (double) epoch / totalIters;
    double leftBefore = 1 - (epoch - 1.0) / totalIters;
    return present * Math.pow(left / leftBefore, power);
  }

  @Override
  Map<String, @Nullable Object> settings() {
    Map<String, @Nullable Object> settings = new LinkedHashMap<>();
    settings.put("total_iters", (long) totalIters);
    settings.put("power", power);
    return settings;
  }
}
