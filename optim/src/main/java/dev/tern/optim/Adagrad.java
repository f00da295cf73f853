package dev.tern.optim;

import dev.tern.Tensor;
import java.util.List;

/**
 * Gradients divided by the root of the sum of all their squares so far, {@code
 * torch.optim.Adagrad}: Duchi, Hazan and Singer (2011).
 */
public final class Adagrad extends Optimizer {
  /** The settings, an immutable value: each method gives a copy that differs in one of them. */
  public static final class Options extends GroupOptions<Options> {
    private Options(Settings settings) {
      super(settings);
    }

    @Override
    Options of(Settings changed) {
      return new Options(changed);
    }

    /** With a learning rate divided by 1 + decay times the steps taken. */
    public Options lrDecay(double value) {
      return with("lr_decay", value);
    }

    /** With sums that start here. */
    public Options initialAccumulatorValue(double value) {
      return with("initial_accumulator_value", value);
    }

    /** With this much added to the divisor. */
    public Options eps(double value) {
      return with("eps", value);
    }
  }

  private static final Settings DEFAULTS =
      Settings.lr(1e-2)
          .plus("lr_decay", 0)
          .plus("eps", 1e-10)
          .plus("weight_decay", 0)
          .plus("initial_accumulator_value", 0)
          .plusChoices("foreach")
          .plus("maximize", false)
          .plusChoices("differentiable", "fused");

  /**
   * PyTorch's defaults with this learning rate: no decay of it, sums that start at 0, eps 1e-10.
   */
  public static Options lr(double lr) {
    return new Options(DEFAULTS).with("lr", lr);
  }

  /**
   * An optimizer of these parameters.
   *
   * @throws IllegalArgumentException if there are none, or one appears twice
   */
  public Adagrad(List<? extends Tensor> parameters, Options options) {
    addGroup(parameters, options);
  }

  /**
   * Adds parameters with settings of their own.
   *
   * @return this optimizer
   */
  public Adagrad addGroup(List<? extends Tensor> parameters, Options options) {
    add(parameters, options.settings);
    for (Tensor parameter : parameters) { // PyTorch keeps the sums from the start
      state(parameter).tensor("sum", options.settings.number("initial_accumulator_value"));
    }
    return this;
  }

  @Override
  protected StateForm stateForm() {
    return StateForm.none().step().tensors("sum");
  }

  @Override
  protected void step(List<Tensor> parameters, Settings s) {
    for (Tensor p : parameters) {
      step(p, state(p), s);
    }
  }

  private static void step(Tensor p, ParameterState state, Settings s) {
    double decay = 1 + state.steps() * s.number("lr_decay");
    state.nextStep();
    Tensor g = direction(p, s);
    Tensor sum = state.tensor("sum", s.number("initial_accumulator_value")).add_(g.square());
    p.sub_(g.div(sum.sqrt().add_(s.number("eps"))).mul(s.number("lr") / decay));
  }
}
