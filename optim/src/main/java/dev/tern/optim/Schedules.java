package dev.tern.optim;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Schedules that are parts of another. */
final class Schedules {
  private Schedules() {}

  static Optimizer optimizer(String name, List<LrScheduler> schedules) {
    if (schedules.isEmpty()) {
      throw new IllegalArgumentException(name + ": wants one schedule or more");
    }
    return schedules.get(0).optimizer();
  }

  static List<LrScheduler> ofOne(String name, Optimizer optimizer, List<LrScheduler> schedules) {
    optimizer(name, schedules);
    for (LrScheduler schedule : schedules) {
      if (schedule.optimizer() != optimizer) {
        throw new IllegalArgumentException(name + ": wants schedules of one optimizer");
      }
    }
    return List.copyOf(schedules);
  }

  static List<Object> save(List<LrScheduler> schedules) {
    List<Object> states = new ArrayList<>();
    schedules.forEach(schedule -> states.add(schedule.stateDict()));
    return states;
  }

  static Runnable load(List<LrScheduler> schedules, Map<?, ?> state, List<String> faults) {
    List<Runnable> changes = new ArrayList<>();
    if (state.get("_schedulers") instanceof List<?> states && states.size() == schedules.size()) {
      for (int i = 0; i < states.size(); i++) {
        if (states.get(i) instanceof Map<?, ?> part) {
          List<String> unfit = new ArrayList<>();
          changes.add(schedules.get(i).load(part, unfit));
          for (String fault : unfit) {
            faults.add("_schedulers[%d]: %s".formatted(i, fault));
          }
        } else {
          faults.add("_schedulers[%d]: no dict".formatted(i));
        }
      }
    } else {
      faults.add("'_schedulers' is no list of %d dicts".formatted(schedules.size()));
    }
    return () -> changes.forEach(Runnable::run);
  }
}
