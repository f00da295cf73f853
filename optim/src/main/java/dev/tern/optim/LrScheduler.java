package dev.tern.optim;

import dev.tern.optim.Optimizer.Group;
import dev.tern.shape.StateDictException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A schedule of learning rates, {@code torch.optim.lr_scheduler.LRScheduler}: call {@link #step}
 * after each epoch, or after each batch where the schedule counts batches.
 *
 * <p>A schedule of your own says what comes {@link #next} (and at the {@link #first}, where that is
 * not the group's own rate) and calls {@link #start()} at the end of its constructor.
 */
public abstract class LrScheduler {
  private final Optimizer optimizer;
  private final List<Double> initial = new ArrayList<>();
  private int epoch;

  /** A schedule for all groups of an optimizer, starting from their initial learning rates. */
  protected LrScheduler(Optimizer optimizer) {
    this.optimizer = optimizer;
    for (Group group : optimizer.groups()) {
      group.notes().putIfAbsent("initial_lr", group.lr());
      initial.add(group.initialLr());
    }
  }

  /** Sets the learning rates of epoch 0; called once, when the schedule is made. */
  protected final void start() {
    for (int i = 0; i < optimizer.groups().size(); i++) {
      Group group = optimizer.groups().get(i);
      group.lr(first(i, group.lr()));
    }
  }

  /** Lets a group start from another learning rate. */
  final void initial(int group, double lr) {
    initial.set(group, lr);
    optimizer.groups().get(group).notes().put("initial_lr", lr);
  }

  /** Goes on to the next epoch and sets its learning rates. */
  public void step() {
    epoch++;
    for (int i = 0; i < initial.size(); i++) {
      Group group = optimizer.groups().get(i);
      group.lr(next(i, initial.get(i), group.lr(), epoch));
    }
  }

  /** Begins anew at epoch 0, from the initial learning rates. */
  void restart() {
    epoch = 0;
    for (int i = 0; i < initial.size(); i++) {
      Group group = optimizer.groups().get(i);
      group.lr(first(i, initial.get(i)));
    }
  }

  /** Epochs finished so far. */
  public final int epoch() {
    return epoch;
  }

  final void epoch(int value) {
    epoch = value;
  }

  /** The optimizer it steers. */
  public final Optimizer optimizer() {
    return optimizer;
  }

  /** The present learning rates, one a group, {@code get_last_lr()}. */
  public final List<Double> lastLr() {
    return optimizer.groups().stream().map(Group::lr).toList();
  }

  /**
   * The learning rate of epoch 0; the group's own, unless overridden.
   *
   * @param group the group's index
   * @param lr what it has now
   */
  protected double first(int group, double lr) {
    return lr;
  }

  /**
   * The learning rate of an epoch.
   *
   * @param group the group's index
   * @param initial the one the group started from
   * @param present the one of the epoch before
   * @param epoch counted from 0; this is asked from 1 on
   */
  protected abstract double next(int group, double initial, double present, int epoch);

  /** The settings that are saved, under PyTorch's names; none, unless overridden. */
  Map<String, @Nullable Object> settings() {
    return Map.of();
  }

  /** What the schedule remembers, in PyTorch's form. */
  public Map<String, @Nullable Object> stateDict() {
    Map<String, @Nullable Object> state = new LinkedHashMap<>(settings());
    state.put("base_lrs", new ArrayList<>(initial));
    state.put("last_epoch", (long) epoch);
    state.put("_step_count", epoch + 1L);
    state.put("_get_lr_called_within_step", false);
    state.put("_last_lr", new ArrayList<>(lastLr()));
    return state;
  }

  /**
   * Goes on where a schedule of the same settings was, here or in PyTorch. Load the optimizer's
   * state too: it holds the learning rates.
   *
   * @throws StateDictException if it does not fit; names every fault, and nothing has changed
   */
  public void loadStateDict(Map<?, ?> state) {
    List<String> faults = new ArrayList<>();
    Runnable change = load(state, faults);
    ScheduleState.refuse(this, faults);
    change.run();
  }

  /** Checks a state, and gives what takes it over. */
  Runnable load(Map<?, ?> state, List<String> faults) {
    ScheduleState.checkSettings(settings(), state, faults);
    List<Double> rates = ScheduleState.numbers(state, "base_lrs", initial.size(), faults);
    int last = (int) ScheduleState.whole(state, "last_epoch", faults);
    return () -> {
      initial.clear();
      initial.addAll(rates);
      epoch = last;
    };
  }
}
