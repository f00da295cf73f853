package dev.tern.optim;

import dev.tern.Tensor;
import dev.tern.shape.StateDictException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An optimizer's state dict in PyTorch's form: written, and read with all checks before changes.
 */
final class OptimizerState {
  private final Optimizer optimizer;
  private final List<String> faults = new ArrayList<>();
  private final List<Runnable> changes = new ArrayList<>();

  private OptimizerState(Optimizer optimizer) {
    this.optimizer = optimizer;
  }

  static Map<String, @Nullable Object> save(Optimizer optimizer) {
    Map<Object, Object> states = new LinkedHashMap<>();
    List<Object> groups = new ArrayList<>();
    long index = 0;
    for (Optimizer.Group group : optimizer.groups()) {
      List<Object> indices = new ArrayList<>();
      for (Tensor parameter : group.parameters()) {
        Map<String, @Nullable Object> state = optimizer.save(parameter);
        if (!state.isEmpty()) {
          states.put(index, state);
        }
        indices.add(index++);
      }
      Map<String, @Nullable Object> saved = group.settings().toMap();
      saved.putAll(group.notes());
      saved.put("params", indices);
      groups.add(saved);
    }
    Map<String, @Nullable Object> all = new LinkedHashMap<>();
    all.put("state", states);
    all.put("param_groups", groups);
    return all;
  }

  static void load(Optimizer optimizer, Map<?, ?> saved) {
    OptimizerState loading = new OptimizerState(optimizer);
    loading.check(saved);
    if (!loading.faults.isEmpty()) {
      throw new StateDictException(
          "Error(s) in loading state_dict for %s:\n\t%s"
              .formatted(optimizer.name(), String.join("\n\t", loading.faults)));
    }
    loading.changes.forEach(Runnable::run);
  }

  private void check(Map<?, ?> saved) {
    if (!(saved.get("state") instanceof Map<?, ?> states)
        || !(saved.get("param_groups") instanceof List<?> groups)) {
      faults.add("wants a dict with 'state' and 'param_groups', got the keys " + saved.keySet());
      return;
    }
    List<Optimizer.Group> own = optimizer.groups();
    if (groups.size() != own.size()) {
      faults.add(
          "the checkpoint has %d parameter groups, the optimizer %d"
              .formatted(groups.size(), own.size()));
      return;
    }
    Map<Object, Tensor> parameters = new HashMap<>();
    for (int i = 0; i < own.size(); i++) {
      check("param_groups[%d]: ".formatted(i), groups.get(i), own.get(i), parameters);
    }
    for (Map.Entry<?, ?> entry : states.entrySet()) {
      Tensor parameter = parameters.remove(index(entry.getKey()));
      if (parameter != null) {
        check("state[%s]: ".formatted(entry.getKey()), entry.getValue(), parameter);
      } else if (faults.isEmpty()) {
        faults.add("state[%s]: no group has this parameter".formatted(entry.getKey()));
      }
    }
    for (Tensor parameter : parameters.values()) { // those that had taken no step
      changes.add(() -> optimizer.forget(parameter));
    }
  }

  private static @Nullable Object index(@Nullable Object key) {
    return key instanceof Number number ? (Object) number.longValue() : key;
  }

  private void check(
      String where, @Nullable Object saved, Optimizer.Group own, Map<Object, Tensor> parameters) {
    if (!(saved instanceof Map<?, ?> group) || !(group.get("params") instanceof List<?> indices)) {
      faults.add(where + "wants a dict with 'params', a list of parameters");
      return;
    }
    if (indices.size() != own.parameters().size()) {
      faults.add(
          "%sthe checkpoint has %d parameters, the optimizer %d"
              .formatted(where, indices.size(), own.parameters().size()));
      return;
    }
    for (int i = 0; i < indices.size(); i++) {
      if (parameters.put(index(indices.get(i)), own.parameters().get(i)) != null) {
        faults.add(where + "parameter " + indices.get(i) + " occurs twice");
      }
    }
    List<String> unfit = new ArrayList<>();
    Settings settings = own.settings().load(group, unfit);
    if (unfit.isEmpty()) {
      try {
        optimizer.check(settings);
      } catch (IllegalArgumentException e) {
        unfit.add(String.valueOf(e.getMessage()));
      }
    }
    unfit.forEach(fault -> faults.add(where + fault));
    Map<String, @Nullable Object> notes = new LinkedHashMap<>();
    group.forEach(
        (name, value) -> {
          if (name instanceof String note && !settings.has(note) && !note.equals("params")) {
            notes.put(note, value);
          }
        });
    changes.add(() -> own.load(settings, notes));
  }

  private void check(String where, @Nullable Object saved, Tensor parameter) {
    if (!(saved instanceof Map<?, ?> values)) {
      faults.add(where + "wants a dict of tensors by name");
      return;
    }
    List<String> unfit = new ArrayList<>();
    changes.add(optimizer.load(parameter, values, unfit));
    unfit.forEach(fault -> faults.add(where + fault));
  }
}
