package dev.tern.optim;

import dev.tern.shape.StateDictException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads what schedules saved; what does not fit is added to a list of faults. */
final class ScheduleState {
  private ScheduleState() {}

  static void refuse(Object schedule, List<String> faults) {
    if (!faults.isEmpty()) {
      throw new StateDictException(
          "Error(s) in loading state_dict for %s:\n\t%s"
              .formatted(schedule.getClass().getSimpleName(), String.join("\n\t", faults)));
    }
  }

  /** A schedule of other settings would go on elsewhere than the saved one. */
  static void checkSettings(
      Map<String, @Nullable Object> own, Map<?, ?> state, List<String> faults) {
    own.forEach(
        (name, value) -> {
          if (state.containsKey(name) && !same(value, state.get(name))) {
            faults.add(
                "%s is %s in the checkpoint, %s here".formatted(name, state.get(name), value));
          }
        });
  }

  private static boolean same(@Nullable Object a, @Nullable Object b) {
    if (a instanceof Number x && b instanceof Number y) {
      return x.doubleValue() == y.doubleValue();
    }
    if (a instanceof List<?> x && b instanceof List<?> y) {
      boolean all = x.size() == y.size();
      for (int i = 0; all && i < x.size(); i++) {
        all = same(x.get(i), y.get(i));
      }
      return all;
    }
    if (a instanceof Map<?, ?> x && b instanceof Map<?, ?> y) {
      return same(new ArrayList<>(x.keySet()), new ArrayList<>(y.keySet()))
          && same(new ArrayList<>(x.values()), new ArrayList<>(y.values()));
    }
    return a == null ? b == null : a.equals(b);
  }

  static long whole(Map<?, ?> state, String name, List<String> faults) {
    double number = number(state, name, faults);
    if (number != Math.rint(number)) {
      faults.add("'%s' is no whole number: %s".formatted(name, number));
    }
    return (long) number;
  }

  static double number(Map<?, ?> state, String name, List<String> faults) {
    if (state.get(name) instanceof Number number) {
      return number.doubleValue();
    }
    faults.add("'%s' is no number: %s".formatted(name, state.get(name)));
    return 0;
  }

  static List<Double> numbers(Map<?, ?> state, String name, int count, List<String> faults) {
    List<Double> numbers = new ArrayList<>();
    if (state.get(name) instanceof List<?> list) {
      for (Object value : list) {
        if (value instanceof Number number) {
          numbers.add(number.doubleValue());
        }
      }
    }
    if (numbers.size() != count) {
      faults.add("'%s' is no list of %d numbers: %s".formatted(name, count, state.get(name)));
    }
    return numbers;
  }
}
