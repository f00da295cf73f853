package dev.tern.optim;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Lowers the learning rate along half a cosine, and raises it again, {@code
 * torch.optim.lr_scheduler.CosineAnnealingLR}: Loshchilov and Hutter (2017), without restarts.
 */
public final class CosineAnnealingLR extends LrScheduler {
  private final int tMax;
  private final double etaMin;

  /** From the initial learning rate to 0 in {@code tMax} epochs. */
  public CosineAnnealingLR(Optimizer optimizer, int tMax) {
    this(optimizer, tMax, 0);
  }

  /**
   * From the initial learning rate to {@code etaMin} in {@code tMax} epochs.
   *
   * @throws IllegalArgumentException if {@code tMax} is below 1
   */
  public CosineAnnealingLR(Optimizer optimizer, int tMax, double etaMin) {
    super(optimizer);
    this.tMax = Epochs.atLeastOne("CosineAnnealingLR: the way", tMax);
    this.etaMin = etaMin;
    start();
  }

  @Override
  protected double next(int group, double initial, double present, int epoch) {
    if ((epoch - 1 - tMax) % (2 * tMax) == 0) {
      return present + (initial - etaMin) * (1 - Math.cos(Math.PI / tMax)) / 2;
    }
    double now = 1 + Math.cos(Math.PI * epoch / tMax);
    double before = 1 + Math.cos(Math.PI * (epoch - 1) / tMax);
    return now / before * (present - etaMin) + etaMin;
  }

  @Override
  Map<String, @Nullable Object> settings() {
    Map<String, @Nullable Object> settings = new LinkedHashMap<>();
    settings.put("T_max", (long) tMax);
    settings.put("eta_min", etaMin);
    return settings;
  }
}
