package dev.tern.optim;

import dev.tern.Autograd;
import dev.tern.Tensor;
import dev.tern.shape.AutogradException;
import dev.tern.shape.DTypeException;
import dev.tern.shape.DeviceException;
import dev.tern.shape.StateDictException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Changes parameters by their gradients, {@code torch.optim.Optimizer}. Parameters are known by
 * identity, so one that has moved to another device since is still found.
 *
 * <p>An optimizer of your own says what one step is, in {@link #step(List, Settings)}, keeps what
 * it remembers in {@link #state}, and so is saved and loaded like the others.
 */
public abstract class Optimizer {
  private final List<Group> groups = new ArrayList<>();
  private final Map<Tensor, ParameterState> states = new IdentityHashMap<>();

  /** For subclasses, which add their first group. */
  protected Optimizer() {}

  /** Parameters that share their settings, one of {@code optimizer.param_groups}. */
  public final class Group {
    private final List<Tensor> parameters;
    private Settings settings;

    /** What others keep in a group, such as {@code initial_lr}, under PyTorch's names. */
    private final Map<String, @Nullable Object> notes = new LinkedHashMap<>();

    private Group(List<Tensor> parameters, Settings settings) {
      this.parameters = parameters;
      this.settings = settings;
    }

    /** The parameters, in the order they were given. */
    public List<Tensor> parameters() {
      return parameters;
    }

    /** The present settings. */
    public Settings settings() {
      return settings;
    }

    /**
     * Changes a setting by PyTorch's name, {@code param_groups[i]["momentum"] = 0.8}.
     *
     * @throws IllegalArgumentException if there is none of this name, or the value does not fit
     */
    public void set(String name, @Nullable Object value) {
      Settings changed = settings.with(name, value);
      check(changed);
      settings = changed;
    }

    /** The present learning rate. */
    public double lr() {
      return settings.number("lr");
    }

    /** The learning rate that schedules start from: the one of when the first was made. */
    public double initialLr() {
      return notes.get("initial_lr") instanceof Number initial ? initial.doubleValue() : lr();
    }

    /**
     * Changes the learning rate, as schedules do.
     *
     * @throws IllegalArgumentException if it is negative
     */
    public void lr(double value) {
      set("lr", value);
    }

    Map<String, @Nullable Object> notes() {
      return notes;
    }

    void load(Settings loaded, Map<String, @Nullable Object> loadedNotes) {
      settings = loaded;
      notes.clear();
      notes.putAll(loadedNotes);
    }
  }

  /** The parameter groups, in the order they were added. */
  public final List<Group> groups() {
    return Collections.unmodifiableList(groups);
  }

  /**
   * Adds a group.
   *
   * @throws IllegalArgumentException if it is empty, has a parameter that is there already, or the
   *     settings do not go together
   * @throws AutogradException if one of them was computed from others
   */
  protected final void add(List<? extends Tensor> parameters, Settings settings) {
    check(settings);
    if (parameters.isEmpty()) {
      throw new IllegalArgumentException(
          name() + ": got no parameters; pass model.parameters() of a module that has some");
    }
    Map<Tensor, ParameterState> fresh = new IdentityHashMap<>();
    for (Tensor parameter : parameters) {
      if (!parameter.isLeaf()) {
        throw new AutogradException(
            "%s: can't optimize a non-leaf tensor of shape %s; pass what it was computed from"
                .formatted(name(), parameter.shape()));
      }
      var state = new ParameterState(parameter);
      if (states.containsKey(parameter) || fresh.put(parameter, state) != null) {
        throw new IllegalArgumentException(
            "%s: a parameter of shape %s appears twice".formatted(name(), parameter.shape()));
      }
    }
    states.putAll(fresh);
    groups.add(new Group(List.copyOf(parameters), settings));
  }

  /**
   * Refuses settings that do not go together.
   *
   * @throws IllegalArgumentException if they do not
   */
  protected void check(Settings settings) {}

  /** What is remembered of a parameter once it has taken a step; nothing, unless overridden. */
  protected StateForm stateForm() {
    return StateForm.none();
  }

  /** What is remembered of one of the parameters. */
  protected final ParameterState state(Tensor parameter) {
    ParameterState state = states.get(parameter);
    if (state == null) {
      throw new IllegalArgumentException(name() + ": not one of its parameters");
    }
    return state;
  }

  /** The gradients of parameters that have one. */
  protected static List<Tensor> gradients(List<Tensor> parameters) {
    List<Tensor> gradients = new ArrayList<>(parameters.size());
    for (Tensor parameter : parameters) {
      Tensor gradient = parameter.grad();
      if (gradient != null) {
        gradients.add(gradient);
      }
    }
    return gradients;
  }

  /** The way down (up, to maximize): the gradient, with weight decay as an L2 penalty. */
  static Tensor direction(Tensor parameter, Settings s) {
    Tensor gradient = Objects.requireNonNull(parameter.grad());
    Tensor g = s.flag("maximize") ? gradient.neg() : gradient;
    double decay = s.number("weight_decay");
    if (decay == 0) {
      return g;
    }
    if (s.has("decoupled_weight_decay") && s.flag("decoupled_weight_decay")) {
      parameter.mul_(1 - s.number("lr") * decay);
      return g;
    }
    return g.add(parameter.mul(decay));
  }

  /** {@code mean = beta mean + (1 - beta) x}. */
  static Tensor follow(Tensor mean, Tensor x, double beta) {
    return mean.mul_(beta).add_(x.mul(1 - beta));
  }

  /** Sets the gradients of all parameters to null. */
  public final void zeroGrad() {
    for (Group group : groups) {
      group.parameters.forEach(parameter -> parameter.setGrad(null));
    }
  }

  /**
   * Changes parameters in place by their gradients; nothing is recorded.
   *
   * @param parameters those of one group that have a gradient, of the parameter's type and device
   * @param settings the group's
   */
  protected abstract void step(List<Tensor> parameters, Settings settings);

  /**
   * Changes every parameter that has a gradient; one without is left as it is.
   *
   * @throws AutogradException if no parameter has a gradient
   */
  public void step() {
    boolean any = false;
    try (var off = Autograd.noGrad()) {
      for (Group group : groups) {
        List<Tensor> ready = group.parameters.stream().filter(this::isReady).toList();
        if (!ready.isEmpty()) {
          any = true;
          step(ready, group.settings);
        }
      }
    }
    if (!any) {
      throw new AutogradException(
          name()
              + ".step: no parameter has a gradient; call backward() on a loss that depends on them"
              + " first, and mind that zeroGrad() takes gradients away");
    }
  }

  private boolean isReady(Tensor parameter) {
    Tensor gradient = parameter.grad();
    if (gradient == null) {
      return false;
    }
    if (gradient.backend() != parameter.backend()) {
      throw new DeviceException(
          "%s.step: a parameter on %s has a gradient on %s; call zeroGrad() after moving a model"
              .formatted(name(), parameter.device(), gradient.device()));
    }
    if (gradient.dtype() != parameter.dtype()) {
      throw new DTypeException(
          "%s.step: a %s parameter has a %s gradient; call zeroGrad() after casting a model"
              .formatted(name(), parameter.dtype(), gradient.dtype()));
    }
    return true;
  }

  /**
   * Evaluates the loss anew and then steps, {@code optimizer.step(closure)}.
   *
   * @param closure calls {@link #zeroGrad()}, computes the loss, calls its {@code backward()} and
   *     returns it
   * @return the loss
   */
  public double step(Supplier<Tensor> closure) {
    double loss = closure.get().item();
    step();
    return loss;
  }

  /**
   * What the optimizer remembers and its settings, in PyTorch's form: {@code {"state": {0: {...}},
   * "param_groups": [{"lr": ..., "params": [0, 1]}]}}. The tensors share the optimizer's memory.
   */
  public final Map<String, @Nullable Object> stateDict() {
    return OptimizerState.save(this);
  }

  /**
   * Takes over a state dict that an optimizer of this kind gave, here or in PyTorch 1.13 to 2.x:
   * what was remembered, and the settings too, the learning rate among them. Parameters are matched
   * by their order. Everything is checked before anything changes.
   *
   * @param state as {@link #stateDict()} gives it
   * @throws StateDictException if it does not fit; names every fault, and nothing has changed
   */
  public final void loadStateDict(Map<?, ?> state) {
    OptimizerState.load(this, state);
  }

  /** As messages call it. */
  final String name() {
    return getClass().getSimpleName();
  }

  /** What is remembered of a parameter, as it is saved; nothing before its first step. */
  Map<String, @Nullable Object> save(Tensor parameter) {
    return state(parameter).toMap(stateForm());
  }

  /**
   * Checks what was saved of a parameter, and gives what takes it over.
   *
   * @param faults receives what does not fit
   */
  Runnable load(Tensor parameter, Map<?, ?> saved, List<String> faults) {
    ParameterState state = new ParameterState(parameter);
    state.load(saved, stateForm(), faults);
    return () -> states.put(parameter, state);
  }

  void forget(Tensor parameter) {
    states.put(parameter, new ParameterState(parameter));
  }
}
