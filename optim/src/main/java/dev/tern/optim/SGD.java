package dev.tern.optim;

import dev.tern.Tensor;
import dev.tern.device.Data;
import dev.tern.device.SgdSpec;
import dev.tern.optim.Setting.Kind;
import java.util.List;

/**
 * Stochastic gradient descent, {@code torch.optim.SGD}: {@code g = grad + weightDecay p; v =
 * momentum v + (1 - dampening) g; p -= lr v}, where v starts as the first g; with Nesterov's
 * momentum {@code p -= lr (g + momentum v)}.
 *
 * <pre>{@code new SGD(model.parameters(), SGD.lr(1e-2).momentum(0.9).weightDecay(1e-3))}</pre>
 */
public final class SGD extends Optimizer {
  private static final String MOMENTUM_BUFFER = "momentum_buffer";

  private static final Settings DEFAULTS =
      Settings.lr(1e-3)
          .plus("momentum", 0)
          .plus("dampening", "dampening value", Kind.NUMBER, 0)
          .plus("weight_decay", 0)
          .plus("nesterov", false)
          .plus("maximize", false)
          .plusChoices("foreach", "differentiable", "fused");

  /** The settings, an immutable value: each method gives a copy that differs in one of them. */
  public static final class Options extends GroupOptions<Options> {
    private Options(Settings settings) {
      super(settings);
    }

    @Override
    Options of(Settings changed) {
      return new Options(changed);
    }

    /** With this momentum, at least 0; 0 is none. */
    public Options momentum(double value) {
      return with("momentum", value);
    }

    /** With this part of each gradient kept from the momentum. */
    public Options dampening(double value) {
      return with("dampening", value);
    }

    /** With Nesterov's momentum, which looks a step ahead; wants a momentum and no dampening. */
    public Options nesterov() {
      return nesterov(true);
    }

    /** With or without Nesterov's momentum. */
    public Options nesterov(boolean on) {
      return with("nesterov", on);
    }
  }

  /**
   * Plain descent with this learning rate, to which settings are added by name.
   *
   * @throws IllegalArgumentException if it is negative
   */
  public static Options lr(double lr) {
    return new Options(DEFAULTS).with("lr", lr);
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
    add(parameters, options.settings);
    return this;
  }

  @Override
  protected void check(Settings s) {
    if (s.flag("nesterov") && (s.number("momentum") == 0 || s.number("dampening") != 0)) {
      throw new IllegalArgumentException(
          "Nesterov momentum requires a momentum and zero dampening, got momentum %s and dampening %s"
              .formatted(s.number("momentum"), s.number("dampening")));
    }
  }

  @Override
  protected StateForm stateForm() {
    return StateForm.none().optional(MOMENTUM_BUFFER);
  }

  @Override
  protected void step(List<Tensor> parameters, Settings s) {
    boolean withMomentum = s.number("momentum") != 0;
    for (List<Tensor> alike :
        Kernels.alike(parameters, p -> withMomentum && !state(p).has(MOMENTUM_BUFFER))) {
      boolean first = withMomentum && !state(alike.get(0)).has(MOMENTUM_BUFFER);
      Data[] p = Kernels.data(alike);
      List<Tensor> velocities =
          withMomentum
              ? alike.stream().map(one -> state(one).tensor(MOMENTUM_BUFFER)).toList()
              : List.of();
      Data[] v = Kernels.data(velocities);
      var spec =
          new SgdSpec(
              s.number("lr"),
              s.number("momentum"),
              s.number("dampening"),
              s.number("weight_decay"),
              s.flag("nesterov"),
              s.flag("maximize"),
              first);
      Data[] g = Kernels.data(gradients(alike));
      alike.get(0).backend().sgd(spec, p, g, withMomentum ? v : null);
      Kernels.changed("SGD.step", velocities, v);
      Kernels.changed("SGD.step", alike, p);
    }
  }
}
