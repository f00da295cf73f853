package dev.tern.optim;

import dev.tern.Tensor;
import java.util.List;

/**
 * Adam with the largest gradient in place of the mean square, {@code torch.optim.Adamax}: Kingma
 * and Ba (2015), section 7.
 */
public final class Adamax extends Optimizer {
  /** The settings, an immutable value: each method gives a copy that differs in one of them. */
  public static final class Options extends GroupOptions<Options> {
    private Options(Settings settings) {
      super(settings);
    }

    @Override
    Options of(Settings changed) {
      return new Options(changed);
    }

    /** With these means' inertia, each at least 0 and below 1. */
    public Options betas(double first, double second) {
      return with("betas", List.of(first, second));
    }

    /** With this much added to the divisor. */
    public Options eps(double value) {
      return with("eps", value);
    }
  }

  private static final Settings DEFAULTS =
      Settings.lr(2e-3)
          .plusBetas()
          .plus("eps", 1e-8)
          .plus("weight_decay", 0)
          .plusChoices("foreach")
          .plus("maximize", false)
          .plusChoices("differentiable", "capturable");

  /** PyTorch's defaults with this learning rate: betas 0.9 and 0.999, eps 1e-8. */
  public static Options lr(double lr) {
    return new Options(DEFAULTS).with("lr", lr);
  }

  /**
   * An optimizer of these parameters.
   *
   * @throws IllegalArgumentException if there are none, or one appears twice
   */
  public Adamax(List<? extends Tensor> parameters, Options options) {
    addGroup(parameters, options);
  }

  /**
   * Adds parameters with settings of their own.
   *
   * @return this optimizer
   */
  public Adamax addGroup(List<? extends Tensor> parameters, Options options) {
    add(parameters, options.settings);
    return this;
  }

  @Override
  protected StateForm stateForm() {
    return StateForm.none().step().tensors("exp_avg", "exp_inf");
  }

  @Override
  protected void step(List<Tensor> parameters, Settings s) {
    for (Tensor p : parameters) {
      step(p, state(p), s);
    }
  }

  private static void step(Tensor p, ParameterState state, Settings s) {
    double step = (double) state.nextStep();
    Tensor g = direction(p, s);
    Tensor mean = follow(state.tensor("exp_avg"), g, s.beta(0));
    Tensor largest = state.tensor("exp_inf");
    largest.copy_(largest.mul(s.beta(1)).maximum(g.abs().add_(s.number("eps"))));
    p.sub_(mean.div(largest).mul(s.number("lr") / (1 - Math.pow(s.beta(0), step))));
  }
}
