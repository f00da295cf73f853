package dev.tern.optim;

import dev.tern.Tensor;
import dev.tern.Tuple;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a group of parameters under PyTorch's names, as {@code optimizer.param_groups[i]}
 * holds them: an immutable value. Each optimizer says which it knows and what may be in them.
 */
public final class Settings {
  private final Map<String, Setting> known;
  private final Map<String, @Nullable Object> values;

  private Settings(Map<String, Setting> known, Map<String, @Nullable Object> values) {
    this.known = known;
    this.values = values;
  }

  /** A learning rate alone; the author of an optimizer adds what else it knows, as it is saved. */
  public static Settings lr(double lr) {
    return none().plus("lr", "learning rate", Setting.Kind.AT_LEAST_ZERO, lr);
  }

  static Settings none() {
    return new Settings(Map.of(), Map.of());
  }

  /** Knowing the betas of Adam and its kin too. */
  Settings plusBetas() {
    return plus("betas", "beta parameter", Setting.Kind.FRACTIONS, List.of(0.9, 0.999));
  }

  private Settings plus(Setting setting) {
    Map<String, Setting> kinds = new LinkedHashMap<>(known);
    kinds.put(setting.name(), setting);
    return new Settings(kinds, values).with(setting.name(), setting.initial());
  }

  Settings plus(String name, String words, Setting.Kind kind, @Nullable Object initial) {
    return plus(new Setting(name, words, kind, initial));
  }

  /** Knowing a number from 0 on too. */
  public Settings plus(String name, double initial) {
    return plus(name, name + " value", Setting.Kind.AT_LEAST_ZERO, initial);
  }

  /** Knowing a flag too. */
  public Settings plus(String name, boolean initial) {
    return plus(name, name, Setting.Kind.FLAG, initial);
  }

  /** Knowing flags that choose among PyTorch's own kernels: kept for it, not used here. */
  Settings plusChoices(String... names) {
    Settings more = this;
    for (String name : names) {
      boolean isFlag = name.equals("capturable") || name.equals("differentiable");
      more = isFlag ? more.plus(name, false) : more.plus(name, name, Setting.Kind.CHOICE, null);
    }
    return more;
  }

  /**
   * With another value.
   *
   * @throws IllegalArgumentException if the optimizer has no such setting, or the value does not
   *     fit it
   */
  public Settings with(String name, @Nullable Object value) {
    Setting setting = known.get(name);
    if (setting == null) {
      throw new IllegalArgumentException(
          "no setting '%s'; there are %s".formatted(name, String.join(", ", known.keySet())));
    }
    Map<String, @Nullable Object> changed = new LinkedHashMap<>(values);
    changed.put(name, setting.checked(value));
    return new Settings(known, changed);
  }

  /** A number by its name. */
  public double number(String name) {
    return ((Number) required(name)).doubleValue();
  }

  /** A flag by its name. */
  public boolean flag(String name) {
    return (Boolean) required(name);
  }

  /** Whether the optimizer has a setting of this name. */
  public boolean has(String name) {
    return known.containsKey(name);
  }

  /** A text by its name, or null. */
  @Nullable String text(String name) {
    return (String) values.get(name);
  }

  /** One of the two betas. */
  double beta(int index) {
    return (Double) ((List<?>) required("betas")).get(index);
  }

  private Object required(String name) {
    Object value = values.get(name);
    if (value == null) {
      throw new IllegalArgumentException(
          "no setting '%s'; there are %s".formatted(name, String.join(", ", known.keySet())));
    }
    return value;
  }

  /** As PyTorch keeps them in a group, in its order. */
  Map<String, @Nullable Object> toMap() {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    values.forEach(
        (name, value) -> map.put(name, value instanceof List<?> pair ? Tuple.copyOf(pair) : value));
    return map;
  }

  /**
   * These, with the values of a saved group. A missing one keeps its value, for PyTorch has added
   * some over the years; without a learning rate it is no group.
   *
   * @param faults receives what does not fit
   */
  Settings load(Map<?, ?> group, List<String> faults) {
    Settings loaded = this;
    for (String name : known.keySet()) {
      if (!group.containsKey(name)) {
        if (name.equals("lr")) {
          faults.add("no setting 'lr'");
        }
        continue;
      }
      try {
        loaded = loaded.with(name, plain(group.get(name)));
      } catch (IllegalArgumentException e) {
        faults.add(String.valueOf(e.getMessage()));
      }
    }
    return loaded;
  }

  /** A number that PyTorch keeps as a tensor, as it may a learning rate, as a number. */
  static @Nullable Object plain(@Nullable Object value) {
    return value instanceof Tensor tensor && tensor.numel() == 1 ? (Object) tensor.item() : value;
  }

  @Override
  public String toString() {
    List<String> lines = new ArrayList<>();
    values.forEach((name, value) -> lines.add(name + ": " + value));
    return String.join(", ", lines);
  }
}
