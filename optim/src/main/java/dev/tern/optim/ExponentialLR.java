package dev.tern.optim;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Multiplies the learning rate by gamma every epoch, {@code
 * torch.optim.lr_scheduler.ExponentialLR}.
 */
public final class ExponentialLR extends LrScheduler {
  private final double gamma;

  /** By gamma every epoch. */
  public ExponentialLR(Optimizer optimizer, double gamma) {
    super(optimizer);
    this.gamma = gamma;
    start();
  }

  @Override
  protected double next(int group, double initial, double present, int epoch) {
    return present * gamma;
  }

  @Override
  Map<String, @Nullable Object> settings() {
    Map<String, @Nullable Object> settings = new LinkedHashMap<>();
    settings.put("gamma", gamma);
    return settings;
  }
}
