package dev.tern.optim;

import dev.tern.Tensor;
import java.util.List;

/**
 * Gradients divided by a running root of their mean square, {@code torch.optim.RMSprop}: Hinton's
 * lecture; centered, Graves (2013).
 */
public final class RMSprop extends Optimizer {
  /** The settings, an immutable value: each method gives a copy that differs in one of them. */
  public static final class Options extends GroupOptions<Options> {
    private Options(Settings settings) {
      super(settings);
    }

    @Override
    Options of(Settings changed) {
      return new Options(changed);
    }

    /** With this inertia of the mean square. */
    public Options alpha(double value) {
      return with("alpha", value);
    }

    /** With this much added to the divisor. */
    public Options eps(double value) {
      return with("eps", value);
    }

    /** With this momentum, at least 0; 0 is none. */
    public Options momentum(double value) {
      return with("momentum", value);
    }

    /** Divided by the deviation from the mean gradient instead of the root mean square. */
    public Options centered(boolean on) {
      return with("centered", on);
    }
  }

  private static final Settings DEFAULTS =
      Settings.lr(1e-2)
          .plus("momentum", 0)
          .plus("alpha", 0.99)
          .plus("eps", 1e-8)
          .plus("centered", false)
          .plus("weight_decay", 0)
          .plusChoices("capturable", "foreach")
          .plus("maximize", false)
          .plusChoices("differentiable");

  /** PyTorch's defaults with this learning rate: alpha 0.99, eps 1e-8, no momentum. */
  public static Options lr(double lr) {
    return new Options(DEFAULTS).with("lr", lr);
  }

  /**
   * An optimizer of these parameters.
   *
   * @throws IllegalArgumentException if there are none, or one appears twice
   */
  public RMSprop(List<? extends Tensor> parameters, Options options) {
    addGroup(parameters, options);
  }

  /**
   * Adds parameters with settings of their own.
   *
   * @return this optimizer
   */
  public RMSprop addGroup(List<? extends Tensor> parameters, Options options) {
    add(parameters, options.settings);
    return this;
  }

  @Override
  protected StateForm stateForm() {
    return StateForm.none().step().tensors("square_avg").optional("momentum_buffer", "grad_avg");
  }

  @Override
  protected void step(List<Tensor> parameters, Settings s) {
    for (Tensor p : parameters) {
      step(p, state(p), s);
    }
  }

  private static void step(Tensor p, ParameterState state, Settings s) {
    state.nextStep();
    Tensor g = direction(p, s);
    Tensor square = follow(state.tensor("square_avg"), g.square(), s.number("alpha"));
    double momentum = s.number("momentum");
    Tensor buffer = momentum > 0 ? state.tensor("momentum_buffer") : null;
    if (s.flag("centered")) {
      square = square.sub(follow(state.tensor("grad_avg"), g, s.number("alpha")).square());
    }
    Tensor change = g.div(square.sqrt().add_(s.number("eps")));
    if (buffer != null) {
      change = buffer.mul_(momentum).add_(change);
    }
    p.sub_(change.mul(s.number("lr")));
  }
}
