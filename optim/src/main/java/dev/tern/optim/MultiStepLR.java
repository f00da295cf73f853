package dev.tern.optim;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Multiplies the learning rate by gamma at some epochs, {@code
 * torch.optim.lr_scheduler.MultiStepLR}.
 */
public final class MultiStepLR extends LrScheduler {
  private final Map<Long, Long> milestones;
  private final double gamma;

  /** By gamma at each of these epochs; twice at one that is named twice. */
  public MultiStepLR(Optimizer optimizer, double gamma, int... milestones) {
    super(optimizer);
    this.milestones = new LinkedHashMap<>();
    for (long milestone : Arrays.stream(milestones).sorted().toArray()) {
      this.milestones.merge(milestone, 1L, Long::sum);
    }
    this.gamma = gamma;
    start();
  }

  @Override
  protected double next(int group, double initial, double present, int epoch) {
    return present * Math.pow(gamma, milestones.getOrDefault((long) epoch, 0L));
  }

  @Override
  Map<String, @Nullable Object> settings() {
    Map<String, @Nullable Object> settings = new LinkedHashMap<>();
    settings.put("milestones", milestones);
    settings.put("gamma", gamma);
    return settings;
  }
}
