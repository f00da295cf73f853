package dev.tern.optim;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Lowers the learning rate along half a cosine, again and again, {@code
 * torch.optim.lr_scheduler.CosineAnnealingWarmRestarts}: Loshchilov and Hutter (2017).
 */
public final class CosineAnnealingWarmRestarts extends LrScheduler {
  private final int t0;
  private final int tMult;
  private final double etaMin;

  /**
   * From the initial learning rate to {@code etaMin} in {@code t0} epochs, then again in {@code
   * tMult} times as many, and so on (PyTorch's defaults are 1 and 0).
   *
   * @throws IllegalArgumentException if {@code t0} or {@code tMult} is below 1
   */
  public CosineAnnealingWarmRestarts(Optimizer optimizer, int t0, int tMult, double etaMin) {
    super(optimizer);
    this.t0 = Epochs.atLeastOne("CosineAnnealingWarmRestarts: the first way", t0);
    this.tMult = Epochs.atLeastOne("CosineAnnealingWarmRestarts: the factor", tMult);
    this.etaMin = etaMin;
    start();
  }

  @Override
  protected double next(int group, double initial, double present, int epoch) {
    long since = epoch;
    long length = t0;
    while (since >= length) {
      since -= length;
      length *= tMult;
    }
    return etaMin + (initial - etaMin) * (1 + Math.cos(Math.PI * since / length)) / 2;
  }

  @Override
  public Map<String, @Nullable Object> stateDict() {
    long since = epoch();
    long length = t0;
    while (since >= length) {
      since -= length;
      length *= tMult;
    }
    Map<String, @Nullable Object> state = new LinkedHashMap<>(super.stateDict());
    state.put("T_i", length);
    state.put("T_cur", since);
    return state;
  }

  @Override
  Map<String, @Nullable Object> settings() {
    Map<String, @Nullable Object> settings = new LinkedHashMap<>();
    settings.put("T_0", (long) t0);
    settings.put("T_mult", (long) tMult);
    settings.put("eta_min", etaMin);
    return settings;
  }
}
