package dev.tern.optim;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Moves the learning rate up and down between two bounds, momentum the other way round, {@code
 * torch.optim.lr_scheduler.CyclicLR}: Smith (2017). Call {@link #step} after each batch.
 *
 * <pre>{@code new CyclicLR(optimizer, CyclicLR.between(0.001, 0.1).stepSize(500))}</pre>
 */
public final class CyclicLR extends LrScheduler {
  /** How the cycles grow smaller. */
  public enum Mode {
    /** Not at all. */
    TRIANGULAR,
    /** Each is half as high as the one before. */
    TRIANGULAR2,
    /** By a factor, gamma, each step. */
    EXP_RANGE
  }

  private static final Settings DEFAULTS =
      Settings.none()
          .plus("base_lr", 0)
          .plus("max_lr", 0)
          .plus("step_size_up", 2000)
          .plus("step_size_down", 2000)
          .plus("gamma", 1)
          .plus("cycle_momentum", true)
          .plus("base_momentum", 0.8)
          .plus("max_momentum", 0.9);

  /** The settings, an immutable value: each method gives a copy that differs in one of them. */
  public static final class Options {
    private final Settings settings;
    private final Mode mode;

    private Options(Settings settings, Mode mode) {
      this.settings = settings;
      this.mode = mode;
    }

    private Options with(String name, Object value) {
      return new Options(settings.with(name, value), mode);
    }

    /** With this many steps up, and as many down. */
    public Options stepSize(int steps) {
      return stepSize(steps, steps);
    }

    /** With this many steps up, and this many down. */
    public Options stepSize(int up, int down) {
      return with("step_size_up", Epochs.atLeastOne("CyclicLR: up", up))
          .with("step_size_down", Epochs.atLeastOne("CyclicLR: down", down));
    }

    /** With cycles that grow smaller, or do not. */
    public Options mode(Mode shrinking) {
      return new Options(settings, shrinking);
    }

    /** With cycles that grow smaller by this factor each step, {@link Mode#EXP_RANGE}. */
    public Options expRange(double gamma) {
      return with("gamma", gamma).mode(Mode.EXP_RANGE);
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
  }

  private final Settings settings;
  private final Mode mode;

  /** Between these learning rates: 2000 steps up, 2000 down, all cycles alike. */
  public static Options between(double baseLr, double maxLr) {
    return new Options(DEFAULTS.with("base_lr", baseLr).with("max_lr", maxLr), Mode.TRIANGULAR);
  }

  /**
   * Cycles for all groups.
   *
   * @throws IllegalArgumentException if momentum is to change and the optimizer has none
   */
  public CyclicLR(Optimizer optimizer, Options options) {
    super(optimizer);
    settings = options.settings;
    mode = options.mode;
    if (settings.flag("cycle_momentum")) {
      Momentum.check("CyclicLR", optimizer);
    }
    for (int i = 0; i < optimizer.groups().size(); i++) {
      initial(i, settings.number("base_lr"));
    }
    start();
  }

  @Override
  protected double first(int group, double lr) {
    return next(group, settings.number("base_lr"), lr, 0);
  }

  @Override
  protected double next(int group, double initial, double present, int epoch) {
    double total = settings.number("step_size_up") + settings.number("step_size_down");
    double ratio = settings.number("step_size_up") / total;
    double cycle = Math.floor(1 + epoch / total);
    double x = 1 + epoch / total - cycle;
    double height = x <= ratio ? x / ratio : (x - 1) / (ratio - 1);
    double shrunk =
        switch (mode) {
          case TRIANGULAR -> 1;
          case TRIANGULAR2 -> 1 / Math.pow(2, cycle - 1);
          case EXP_RANGE -> Math.pow(settings.number("gamma"), epoch);
        };
    if (settings.flag("cycle_momentum")) {
      double most = settings.number("max_momentum");
      double range = (most - settings.number("base_momentum")) * height;
      Momentum.set(optimizer().groups().get(group), most - range * shrunk);
    }
    return initial + (settings.number("max_lr") - initial) * height * shrunk;
  }

  @Override
  Map<String, @Nullable Object> settings() {
    double up = settings.number("step_size_up");
    double total = up + settings.number("step_size_down");
    int groups = optimizer().groups().size();
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    map.put("max_lrs", perGroup(groups, "max_lr"));
    map.put("total_size", total);
    map.put("step_ratio", up / total);
    map.put("mode", mode.name().toLowerCase(Locale.ROOT));
    map.put("gamma", settings.number("gamma"));
    map.put("scale_mode", mode == Mode.EXP_RANGE ? "iterations" : "cycle");
    map.put("cycle_momentum", settings.flag("cycle_momentum"));
    if (settings.flag("cycle_momentum")) {
      map.put("base_momentums", perGroup(groups, "base_momentum"));
      map.put("max_momentums", perGroup(groups, "max_momentum"));
    }
    return map;
  }

  private List<Double> perGroup(int groups, String name) {
    return new ArrayList<>(Collections.nCopies(groups, settings.number(name)));
  }
}
