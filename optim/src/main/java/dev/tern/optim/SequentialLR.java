package dev.tern.optim;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One schedule after the other, {@code torch.optim.lr_scheduler.SequentialLR}: at each milestone
 * the next begins at its epoch 0, from the initial learning rates.
 */
public final class SequentialLR extends LrScheduler {
  private final List<LrScheduler> schedules;
  private final int[] milestones;

  /**
   * Schedules of one optimizer.
   *
   * @param milestones the epochs at which the second schedule begins, the third, ...
   * @throws IllegalArgumentException if there is not one milestone fewer than schedules, they do
   *     not rise, or a schedule is of another optimizer
   */
  public SequentialLR(Optimizer optimizer, List<LrScheduler> schedules, int... milestones) {
    super(optimizer);
    this.schedules = Schedules.ofOne("SequentialLR", optimizer, schedules);
    this.milestones = milestones.clone();
    boolean rising = true;
    for (int i = 1; i < milestones.length; i++) {
      rising &= milestones[i - 1] < milestones[i];
    }
    if (milestones.length != schedules.size() - 1 || !rising) {
      throw new IllegalArgumentException(
          "SequentialLR: wants %d milestones that rise for %d schedules, got %s"
              .formatted(schedules.size() - 1, schedules.size(), Arrays.toString(milestones)));
    }
    schedules.get(0).restart();
  }

  @Override
  public void step() {
    epoch(epoch() + 1);
    int at = Arrays.binarySearch(milestones, epoch());
    if (at >= 0) {
      schedules.get(at + 1).restart();
    } else {
      schedules.get(-at - 1).step();
    }
  }

  @Override
  protected double next(int group, double initial, double present, int epoch) {
    return present; // the schedules set it
  }

  @Override
  public Map<String, @Nullable Object> stateDict() {
    Map<String, @Nullable Object> state = new LinkedHashMap<>();
    state.put("_milestones", milestoneList());
    state.put("last_epoch", (long) epoch());
    state.put("_last_lr", new ArrayList<>(lastLr()));
    state.put("_schedulers", Schedules.save(schedules));
    return state;
  }

  private List<Object> milestoneList() {
    List<Object> list = new ArrayList<>();
    Arrays.stream(milestones).forEach(epoch -> list.add((long) epoch));
    return list;
  }

  @Override
  Runnable load(Map<?, ?> state, List<String> faults) {
    ScheduleState.checkSettings(Map.of("_milestones", milestoneList()), state, faults);
    int last = (int) ScheduleState.whole(state, "last_epoch", faults);
    Runnable parts = Schedules.load(schedules, state, faults);
    return () -> {
      parts.run();
      epoch(last);
    };
  }
}
