package dev.tern.optim;

import dev.tern.Tensor;
import dev.tern.device.SgdSpec;
import java.util.List;

/**
 * Stochastic gradient descent, {@code torch.optim.SGD}: {@code g = grad + weightDecay p; v =
 * momentum v + (1 - dampening) g; p -= lr v}, where v starts as the first g; with Nesterov's
 * momentum {@code p -= lr (g + momentum v)}.
 *
 * <pre>{@code new SGD(model.parameters(), SGD.lr(1e-2).momentum(0.9).weightDecay(1e-3))}</pre>
 */
public final class SGD extends Optimizer {
  /** The settings, an immutable value: each method gives a copy that differs in one of them. */
  public static final class Options {
    private final SgdSpec spec;

    private Options(
        double lr,
        double momentum,
        double dampening,
        double weightDecay,
        boolean nesterov,
        boolean maximize) {
      Checks.atLeastZero("learning rate", lr);
      Checks.atLeastZero("momentum value", momentum);
      Checks.atLeastZero("weight_decay value", weightDecay);
      if (Double.isNaN(dampening)) {
        throw new IllegalArgumentException("Invalid dampening value: NaN");
      }
      spec = new SgdSpec(lr, momentum, dampening, weightDecay, nesterov, maximize, false);
    }

    /** With this momentum, at least 0; 0 is none. */
    public Options momentum(double value) {
      return new Options(
          spec.lr(), value, spec.dampening(), spec.weightDecay(), spec.nesterov(), spec.maximize());
    }

    /** With this part of each gradient kept from the momentum. */
    public Options dampening(double value) {
      return new Options(
          spec.lr(), spec.momentum(), value, spec.weightDecay(), spec.nesterov(), spec.maximize());
    }

    /** With this L2 penalty, at least 0. */
    public Options weightDecay(double value) {
      return new Options(
          spec.lr(), spec.momentum(), spec.dampening(), value, spec.nesterov(), spec.maximize());
    }

    /** With Nesterov's momentum, which looks a step ahead; wants a momentum and no dampening. */
    public Options nesterov() {
      return nesterov(true);
    }

    /** With or without Nesterov's momentum. */
    public Options nesterov(boolean with) {
      return new Options(
          spec.lr(), spec.momentum(), spec.dampening(), spec.weightDecay(), with, spec.maximize());
    }

    /** Climbing instead of descending. */
    public Options maximize() {
      return maximize(true);
    }

    /** Climbing or descending. */
    public Options maximize(boolean climb) {
      return new Options(
          spec.lr(), spec.momentum(), spec.dampening(), spec.weightDecay(), spec.nesterov(), climb);
    }
  }

  private final Slots velocities = new Slots();

  /**
   * Plain descent with this learning rate, to which settings are added by name.
   *
   * @throws IllegalArgumentException if it is negative
   */
  public static Options lr(double lr) {
    return new Options(lr, 0, 0, 0, false, false);
  }

  /**
   * An optimizer of these parameters.
   *
   * @throws IllegalArgumentException if there are none, one appears twice, or Nesterov's momentum
   *     is asked for without momentum or with dampening
   */
  public SGD(List<? extends Tensor> parameters, Options options) {
    addGroup(parameters, options);
  }

  /**
   * Adds parameters with settings of their own.
   *
   * @return this optimizer
   */
  public SGD addGroup(List<? extends Tensor> parameters, Options options) {
    SgdSpec spec = options.spec;
    if (spec.nesterov() && (spec.momentum() == 0 || spec.dampening() != 0)) {
      throw new IllegalArgumentException(
          "Nesterov momentum requires a momentum and zero dampening, got momentum %s and dampening %s"
              .formatted(spec.momentum(), spec.dampening()));
    }
    add(parameters, spec.lr(), (parameter, gradient, lr) -> step(parameter, gradient, lr, spec));
    return this;
  }

  private void step(Tensor parameter, Tensor gradient, double lr, SgdSpec spec) {
    boolean withMomentum = spec.momentum() != 0;
    boolean first = withMomentum && !velocities.has(parameter);
    parameter.sgdStep_(
        gradient,
        withMomentum ? velocities.of(parameter) : null,
        new SgdSpec(
            lr,
            spec.momentum(),
            spec.dampening(),
            spec.weightDecay(),
            spec.nesterov(),
            spec.maximize(),
            first));
  }
}
