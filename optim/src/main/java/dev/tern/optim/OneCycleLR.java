package dev.tern.optim;

import dev.tern.optim.Optimizer.Group;
import dev.tern.optim.Setting.Kind;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Raises the learning rate and lowers it far below where it began, momentum the other way round,
 * {@code torch.optim.lr_scheduler.OneCycleLR}: Smith and Topin (2018). Call {@link #step} after
 * each batch.
 *
 * <pre>{@code new OneCycleLR(optimizer, OneCycleLR.maxLr(0.1).epochs(10, loader.size()))}</pre>
 */
public final class OneCycleLR extends LrScheduler {
  private static final Settings DEFAULTS =
      Settings.none()
          .plus("max_lr", 0)
          .plus("total_steps", 0)
          .plus("pct_start", "pct_start value", Kind.AT_MOST_ONE, 0.3)
          .plus("linear", false)
          .plus("cycle_momentum", true)
          .plus("base_momentum", 0.85)
          .plus("max_momentum", 0.95)
          .plus("div_factor", 25)
          .plus("final_div_factor", 1e4)
          .plus("three_phase", false);

  /** The settings, an immutable value: each method gives a copy that differs in one of them. */
  public static final class Options {
    private final Settings settings;

    private Options(Settings settings) {
      this.settings = settings;
    }

    private Options with(String name, Object value) {
      return new Options(settings.with(name, value));
    }

    /** With this many steps in all. */
    public Options totalSteps(int count) {
      return with("total_steps", count);
    }

    /** With as many steps as these epochs have batches. */
    public Options epochs(int epochs, int stepsPerEpoch) {
      return totalSteps(Math.multiplyExact(epochs, stepsPerEpoch));
    }

    /** With this part of the steps going up. */
    public Options pctStart(double value) {
      return with("pct_start", value);
    }

    /** Going straight instead of along a cosine, {@code anneal_strategy='linear'}. */
    public Options linear() {
      return with("linear", true);
    }

    /**
     * Whether momentum (or the first beta) goes the other way round; true where nothing is said.
     */
    public Options cycleMomentum(boolean on) {
      return with("cycle_momentum", on);
    }

    /** With momentum between these. */
    public Options momentum(double base, double max) {
      return with("base_momentum", base).with("max_momentum", max);
    }

    /** Beginning at the largest learning rate divided by this. */
    public Options divFactor(double value) {
      return with("div_factor", value);
    }

    /** Ending at the first learning rate divided by this. */
    public Options finalDivFactor(double value) {
      return with("final_div_factor", value);
    }

    /** Going back down to the first learning rate as fast as up, and further down from there. */
    public Options threePhase() {
      return with("three_phase", true);
    }
  }

  /** A part of the way, over names of the group's notes. */
  private record Phase(
      double end, String fromLr, String toLr, String fromMomentum, String toMomentum) {
    Map<String, Object> toMap() {
      Map<String, Object> map = new LinkedHashMap<>();
      map.put("end_step", end);
      map.put("start_lr", fromLr);
      map.put("end_lr", toLr);
      map.put("start_momentum", fromMomentum);
      map.put("end_momentum", toMomentum);
      return map;
    }
  }

  private final Settings settings;
  private final List<Phase> phases = new ArrayList<>();

  /** With this largest learning rate; the number of steps is to be added. */
  public static Options maxLr(double lr) {
    return new Options(DEFAULTS).with("max_lr", lr);
  }

  /**
   * One cycle for all groups.
   *
   * @throws IllegalArgumentException if the number of steps is missing, or momentum is to change
   *     and the optimizer has none
   */
  public OneCycleLR(Optimizer optimizer, Options options) {
    super(optimizer);
    settings = options.settings;
    double total =
        Epochs.atLeastOne("OneCycleLR: totalSteps", (int) settings.number("total_steps"));
    double up = settings.number("pct_start") * total - 1;
    phases.add(new Phase(up, "initial_lr", "max_lr", "max_momentum", "base_momentum"));
    if (settings.flag("three_phase")) {
      double down = 2 * settings.number("pct_start") * total - 2;
      phases.add(new Phase(down, "max_lr", "initial_lr", "base_momentum", "max_momentum"));
      phases.add(new Phase(total - 1, "initial_lr", "min_lr", "max_momentum", "max_momentum"));
    } else {
      phases.add(new Phase(total - 1, "max_lr", "min_lr", "base_momentum", "max_momentum"));
    }
    if (settings.flag("cycle_momentum")) {
      Momentum.check("OneCycleLR", optimizer);
    }
    double initial = settings.number("max_lr") / settings.number("div_factor");
    for (int i = 0; i < optimizer.groups().size(); i++) {
      initial(i, initial);
      Map<String, @Nullable Object> notes = optimizer.groups().get(i).notes();
      notes.put("max_lr", settings.number("max_lr"));
      notes.put("min_lr", initial / settings.number("final_div_factor"));
      if (settings.flag("cycle_momentum")) {
        notes.put("max_momentum", settings.number("max_momentum"));
        notes.put("base_momentum", settings.number("base_momentum"));
      }
    }
    start();
  }

  @Override
  protected double first(int group, double lr) {
    return at(group, 0);
  }

  @Override
  protected double next(int group, double initial, double present, int epoch) {
    if (epoch > settings.number("total_steps")) {
      throw new IllegalStateException(
          "OneCycleLR: step %d of a cycle of %d"
              .formatted(epoch + 1, (int) settings.number("total_steps")));
    }
    return at(group, epoch);
  }

  private double at(int index, int step) {
    Group group = optimizer().groups().get(index);
    double from = 0;
    int part = 0;
    while (step > phases.get(part).end && part < phases.size() - 1) {
      from = phases.get(part++).end;
    }
    Phase phase = phases.get(part);
    double way = (step - from) / (phase.end - from);
    if (settings.flag("cycle_momentum")) {
      Momentum.set(group, between(group, phase.fromMomentum, phase.toMomentum, way));
    }
    return between(group, phase.fromLr, phase.toLr, way);
  }

  private double between(Group group, String fromNote, String toNote, double way) {
    double from = note(group, fromNote);
    double to = note(group, toNote);
    return settings.flag("linear")
        ? (to - from) * way + from
        : to + (from - to) / 2 * (1 + Math.cos(Math.PI * way));
  }

  private static double note(Group group, String name) {
    return group.notes().get(name) instanceof Number number ? number.doubleValue() : Double.NaN;
  }

  @Override
  Map<String, @Nullable Object> settings() {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    map.put("total_steps", (long) settings.number("total_steps"));
    map.put("_schedule_phases", new ArrayList<>(phases.stream().map(Phase::toMap).toList()));
    map.put("_anneal_func_type", settings.flag("linear") ? "linear" : "cos");
    map.put("cycle_momentum", settings.flag("cycle_momentum"));
    if (settings.flag("cycle_momentum")) {
      map.put("use_beta1", optimizer().groups().get(0).settings().has("betas"));
    }
    return Collections.unmodifiableMap(map);
  }
}
