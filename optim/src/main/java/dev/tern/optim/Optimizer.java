package dev.tern.optim;

import dev.tern.Autograd;
import dev.tern.Tensor;
import dev.tern.shape.AutogradException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/**
 * Changes parameters by their gradients, {@code torch.optim.Optimizer}. Parameters are known by
 * identity, so one that has moved to another device since is still found.
 */
public abstract class Optimizer {
  private final List<Group> groups = new ArrayList<>();
  private final Set<Tensor> known = Collections.newSetFromMap(new IdentityHashMap<>());

  /** For subclasses, which add their first group. */
  protected Optimizer() {}

  /** How one parameter is changed. */
  @FunctionalInterface
  protected interface Rule {
    /** Changes a parameter in place; nothing is recorded. */
    void step(Tensor parameter, Tensor gradient, double lr);
  }

  /** Parameters that share their settings. */
  public static final class Group {
    private final List<Tensor> parameters;
    private final Rule rule;
    private final double initialLr;
    private double lr;

    private Group(List<Tensor> parameters, double lr, Rule rule) {
      this.parameters = parameters;
      this.rule = rule;
      this.initialLr = lr;
      this.lr = lr;
    }

    /** The parameters, in the order they were given. */
    public List<Tensor> parameters() {
      return parameters;
    }

    /** The present learning rate. */
    public double lr() {
      return lr;
    }

    /** The learning rate it was made with, which schedules start from. */
    public double initialLr() {
      return initialLr;
    }

    /**
     * Changes the learning rate, as schedules do.
     *
     * @throws IllegalArgumentException if it is negative
     */
    public void lr(double value) {
      lr = Checks.atLeastZero("learning rate", value);
    }
  }

  /** The parameter groups, in the order they were added. */
  public final List<Group> groups() {
    return Collections.unmodifiableList(groups);
  }

  /**
   * Adds a group.
   *
   * @throws IllegalArgumentException if it is empty, or has a parameter that is there already
   * @throws AutogradException if one of them was computed from others
   */
  protected final void add(List<? extends Tensor> parameters, double lr, Rule rule) {
    Checks.atLeastZero("learning rate", lr);
    if (parameters.isEmpty()) {
      throw new IllegalArgumentException(
          name() + ": got no parameters; pass model.parameters() of a module that has some");
    }
    Set<Tensor> fresh = Collections.newSetFromMap(new IdentityHashMap<>());
    for (Tensor parameter : parameters) {
      if (!parameter.isLeaf()) {
        throw new AutogradException(
            "%s: can't optimize a non-leaf tensor of shape %s; pass what it was computed from"
                .formatted(name(), parameter.shape()));
      }
      if (known.contains(parameter) || !fresh.add(parameter)) {
        throw new IllegalArgumentException(
            "%s: a parameter of shape %s appears twice".formatted(name(), parameter.shape()));
      }
    }
    known.addAll(fresh);
    groups.add(new Group(List.copyOf(parameters), lr, rule));
  }

  /** Sets the gradients of all parameters to null. */
  public final void zeroGrad() {
    for (Group group : groups) {
      group.parameters.forEach(parameter -> parameter.setGrad(null));
    }
  }

  /**
   * Changes every parameter that has a gradient; one without is left as it is.
   *
   * @throws AutogradException if no parameter has a gradient
   */
  public final void step() {
    boolean any = false;
    try (var off = Autograd.noGrad()) {
      for (Group group : groups) {
        for (Tensor parameter : group.parameters) {
          Tensor gradient = parameter.grad();
          if (gradient != null) {
            any = true;
            group.rule.step(parameter, gradient, group.lr);
          }
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

  /** As messages call it. */
  final String name() {
    return getClass().getSimpleName();
  }
}
