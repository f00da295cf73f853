package dev.tern.optim;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Multiplies the learning rate by gamma every so many epochs, {@code
 * torch.optim.lr_scheduler.StepLR}.
 */
public final class StepLR extends LrScheduler {
  private final int stepSize;
  private final double gamma;

  /** To a tenth every {@code stepSize} epochs. */
  public StepLR(Optimizer optimizer, int stepSize) {
    this(optimizer, stepSize, 0.1);
  }

  /**
   * By gamma every {@code stepSize} epochs.
   *
   * @throws IllegalArgumentException if {@code stepSize} is below 1
   */
  public StepLR(Optimizer optimizer, int stepSize, double gamma) {
    super(optimizer);
    this.stepSize = Epochs.atLeastOne("StepLR: a step", stepSize);
    this.gamma = gamma;
    start();
  }

  @Override
  protected double next(int group, double initial, double present, int epoch) {
    return epoch % stepSize == 0 ? present * gamma : present;
  }

  @Override
  Map<String, @Nullable Object> settings() {
    Map<String, @Nullable Object> settings = new LinkedHashMap<>();
    settings.put("step_size", (long) stepSize);
    settings.put("gamma", gamma);
    return settings;
  }
}
