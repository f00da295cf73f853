package dev.tern.optim;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Several schedules at once, {@code torch.optim.lr_scheduler.ChainedScheduler}: each step takes one
 * of each, in their order, on the same learning rates.
 */
public final class ChainedScheduler extends LrScheduler {
  private final List<LrScheduler> schedules;

  /**
   * Schedules of one optimizer.
   *
   * @throws IllegalArgumentException if there are none, or one is of another optimizer
   */
  public ChainedScheduler(List<LrScheduler> schedules) {
    super(Schedules.optimizer("ChainedScheduler", schedules));
    this.schedules = Schedules.ofOne("ChainedScheduler", optimizer(), schedules);
  }

  @Override
  public void step() {
    epoch(epoch() + 1);
    schedules.forEach(LrScheduler::step);
  }

  @Override
  void restart() {
    throw new UnsupportedOperationException("ChainedScheduler: cannot be a part of SequentialLR");
  }

  @Override
  protected double next(int group, double initial, double present, int epoch) {
    return present; // the schedules set it
  }

  @Override
  public Map<String, @Nullable Object> stateDict() {
    Map<String, @Nullable Object> state = new LinkedHashMap<>();
    state.put("_last_lr", new ArrayList<>(lastLr()));
    state.put("_schedulers", Schedules.save(schedules));
    return state;
  }

  @Override
  Runnable load(Map<?, ?> state, List<String> faults) {
    Runnable parts = Schedules.load(schedules, state, faults);
    return () -> {
      parts.run();
      epoch(schedules.get(0).epoch());
    };
  }
}
