package dev.tern.optim;

import dev.tern.optim.Optimizer.Group;
import dev.tern.optim.Setting.Kind;
import dev.tern.shape.StateDictException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Lowers the learning rate when a metric stops getting better, {@code
 * torch.optim.lr_scheduler.ReduceLROnPlateau}: call {@link #step(double)} with it after each epoch.
 *
 * <pre>{@code new ReduceLROnPlateau(optimizer, ReduceLROnPlateau.min().factor(0.5).patience(2))}
 * </pre>
 */
public final class ReduceLROnPlateau {
  private static final Settings DEFAULTS =
      Settings.none()
          .plus("max", false)
          .plus("factor", 0.1)
          .plus("patience", 10)
          .plus("threshold", "threshold value", Kind.NUMBER, 1e-4)
          .plus("abs", false)
          .plus("cooldown", 0)
          .plus("min_lr", 0)
          .plus("eps", 1e-8);

  /** The settings, an immutable value: each method gives a copy that differs in one of them. */
  public static final class Options {
    private final Settings settings;

    private Options(Settings settings) {
      this.settings = settings;
    }

    private Options with(String name, Object value) {
      return new Options(settings.with(name, value));
    }

    /**
     * Multiplying the learning rate by this.
     *
     * @throws IllegalArgumentException if it is not below 1
     */
    public Options factor(double value) {
      if (!(value < 1)) {
        throw new IllegalArgumentException("ReduceLROnPlateau: wants a factor below 1: " + value);
      }
      return with("factor", value);
    }

    /** Waiting through this many epochs that are no better. */
    public Options patience(int epochs) {
      return with("patience", epochs);
    }

    /** Taking for better what is so by this part of the best, {@code threshold_mode='rel'}. */
    public Options relativeThreshold(double value) {
      return with("threshold", value).with("abs", false);
    }

    /** Taking for better what is so by this much, {@code threshold_mode='abs'}. */
    public Options absoluteThreshold(double value) {
      return with("threshold", value).with("abs", true);
    }

    /** Waiting this many epochs after the learning rate was lowered before counting again. */
    public Options cooldown(int epochs) {
      return with("cooldown", epochs);
    }

    /** Going no lower than this. */
    public Options minLr(double value) {
      return with("min_lr", value);
    }

    /** Leaving out changes of the learning rate that are no larger than this. */
    public Options eps(double value) {
      return with("eps", value);
    }
  }

  private final Optimizer optimizer;
  private final Settings settings;
  private double best;
  private long badEpochs;
  private long cooling;
  private long epoch;

  /** For a metric that should fall, such as a loss: a tenth after 10 epochs that are no better. */
  public static Options min() {
    return new Options(DEFAULTS);
  }

  /** For a metric that should rise, such as an accuracy. */
  public static Options max() {
    return new Options(DEFAULTS).with("max", true);
  }

  /** A schedule for all groups. */
  public ReduceLROnPlateau(Optimizer optimizer, Options options) {
    this.optimizer = optimizer;
    this.settings = options.settings;
    best = worst();
  }

  private double worst() {
    return settings.flag("max") ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
  }

  private boolean isBetter(double metric) {
    double threshold = settings.number("threshold");
    double sign = settings.flag("max") ? 1 : -1;
    double bound = settings.flag("abs") ? best + sign * threshold : best * (1 + sign * threshold);
    return settings.flag("max") ? metric > bound : metric < bound;
  }

  /** Ends an epoch with this metric. */
  public void step(double metric) {
    epoch++;
    if (isBetter(metric)) {
      best = metric;
      badEpochs = 0;
    } else {
      badEpochs++;
    }
    if (cooling > 0) {
      cooling--;
      badEpochs = 0;
    }
    if (badEpochs > settings.number("patience")) {
      for (Group group : optimizer.groups()) {
        double lower = Math.max(group.lr() * settings.number("factor"), settings.number("min_lr"));
        if (group.lr() - lower > settings.number("eps")) {
          group.lr(lower);
        }
      }
      cooling = (long) settings.number("cooldown");
      badEpochs = 0;
    }
  }

  /** The present learning rates, one a group. */
  public List<Double> lastLr() {
    return optimizer.groups().stream().map(Group::lr).toList();
  }

  private Map<String, @Nullable Object> settings() {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    map.put("factor", settings.number("factor"));
    double minLr = settings.number("min_lr");
    map.put("min_lrs", new ArrayList<>(Collections.nCopies(optimizer.groups().size(), minLr)));
    map.put("patience", (long) settings.number("patience"));
    map.put("cooldown", (long) settings.number("cooldown"));
    map.put("mode", settings.flag("max") ? "max" : "min");
    map.put("threshold", settings.number("threshold"));
    map.put("threshold_mode", settings.flag("abs") ? "abs" : "rel");
    map.put("eps", settings.number("eps"));
    return map;
  }

  /** What the schedule remembers, in PyTorch's form. */
  public Map<String, @Nullable Object> stateDict() {
    Map<String, @Nullable Object> state = settings();
    state.put("cooldown_counter", cooling);
    state.put("best", best);
    state.put("num_bad_epochs", badEpochs);
    state.put("mode_worse", worst());
    state.put("last_epoch", epoch);
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
    ScheduleState.checkSettings(settings(), state, faults);
    double savedBest = ScheduleState.number(state, "best", faults);
    long savedBad = ScheduleState.whole(state, "num_bad_epochs", faults);
    long savedCooling = ScheduleState.whole(state, "cooldown_counter", faults);
    long savedEpoch = ScheduleState.whole(state, "last_epoch", faults);
    ScheduleState.refuse(this, faults);
    best = savedBest;
    badEpochs = savedBad;
    cooling = savedCooling;
    epoch = savedEpoch;
  }
}
