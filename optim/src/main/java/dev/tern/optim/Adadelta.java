package dev.tern.optim;

import dev.tern.Tensor;
import java.util.List;

/**
 * Steps scaled by the root mean square of the steps before, {@code torch.optim.Adadelta}: Zeiler
 * (2012).
 */
public final class Adadelta extends Optimizer {
  /** The settings, an immutable value: each method gives a copy that differs in one of them. */
  public static final class Options extends GroupOptions<Options> {
    private Options(Settings settings) {
      super(settings);
    }

    @Override
    Options of(Settings changed) {
      return new Options(changed);
    }

    /** With this inertia of the means, from 0 to 1. */
    public Options rho(double value) {
      return with("rho", value);
    }

    /** With this much added to the divisor. */
    public Options eps(double value) {
      return with("eps", value);
    }
  }

  private static final Settings DEFAULTS =
      Settings.lr(1)
          .plus("rho", "rho value", Setting.Kind.AT_MOST_ONE, 0.9)
          .plus("eps", 1e-6)
          .plus("weight_decay", 0)
          .plus("maximize", false)
          .plusChoices("capturable", "foreach", "differentiable");

  /** PyTorch's defaults with this learning rate (its default is 1): rho 0.9, eps 1e-6. */
  public static Options lr(double lr) {
    return new Options(DEFAULTS).with("lr", lr);
  }

  /**
   * An optimizer of these parameters.
   *
   * @throws IllegalArgumentException if there are none, or one appears twice
   */
  public Adadelta(List<? extends Tensor> parameters, Options options) {
    addGroup(parameters, options);
  }

  /**
   * Adds parameters with settings of their own.
   *
   * @return this optimizer
   */
  public Adadelta addGroup(List<? extends Tensor> parameters, Options options) {
    add(parameters, options.settings);
    return this;
  }

  @Override
  protected StateForm stateForm() {
    return StateForm.none().step().tensors("square_avg", "acc_delta");
  }

  @Override
  protected void step(List<Tensor> parameters, Settings s) {
    for (Tensor p : parameters) {
      step(p, state(p), s);
    }
  }

  private static void step(Tensor p, ParameterState state, Settings s) {
    state.nextStep();
    double rho = s.number("rho");
    double eps = s.number("eps");
    Tensor g = direction(p, s);
    Tensor square = follow(state.tensor("square_avg"), g.square(), rho);
    Tensor steps = state.tensor("acc_delta");
    Tensor delta = steps.add(eps).sqrt().div_(square.add(eps).sqrt()).mul_(g);
    follow(steps, delta.square(), rho);
    p.sub_(delta.mul(s.number("lr")));
  }
}
