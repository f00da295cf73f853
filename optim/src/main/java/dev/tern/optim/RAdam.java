package dev.tern.optim;

import dev.tern.Tensor;
import java.util.List;

/**
 * Adam that warms up as the variance of its divisor allows, {@code torch.optim.RAdam}: Liu et al.
 * (2020).
 */
public final class RAdam extends Optimizer {
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

    /** With decay of the weights themselves, as AdamW has it, instead of an L2 penalty. */
    public Options decoupledWeightDecay(boolean on) {
      return with("decoupled_weight_decay", on);
    }
  }

  private static final Settings DEFAULTS =
      Settings.lr(1e-3)
          .plusBetas()
          .plus("eps", 1e-8)
          .plus("weight_decay", 0)
          .plus("maximize", false)
          .plusChoices("foreach", "capturable")
          .plus("decoupled_weight_decay", false)
          .plusChoices("differentiable");

  /** PyTorch's defaults with this learning rate: betas 0.9 and 0.999, eps 1e-8. */
  public static Options lr(double lr) {
    return new Options(DEFAULTS).with("lr", lr);
  }

  /**
   * An optimizer of these parameters.
   *
   * @throws IllegalArgumentException if there are none, or one appears twice
   */
  public RAdam(List<? extends Tensor> parameters, Options options) {
    addGroup(parameters, options);
  }

  /**
   * Adds parameters with settings of their own.
   *
   * @return this optimizer
   */
  public RAdam addGroup(List<? extends Tensor> parameters, Options options) {
    add(parameters, options.settings);
    return this;
  }

  @Override
  protected StateForm stateForm() {
    return StateForm.none().step().tensors("exp_avg", "exp_avg_sq");
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
    Tensor square = follow(state.tensor("exp_avg_sq"), g.square(), s.beta(1));
    double decayed = Math.pow(s.beta(1), step);
    double most = 2 / (1 - s.beta(1)) - 1;
    double length = most - 2 * step * decayed / (1 - decayed); // of the moving average
    Tensor change = mean.div(1 - Math.pow(s.beta(0), step));
    if (length > 5) {
      double rectified =
          Math.sqrt((length - 4) * (length - 2) * most / ((most - 4) * (most - 2) * length));
      Tensor divisor = square.sqrt().add_(s.number("eps"));
      change = change.div(divisor).mul(rectified * Math.sqrt(1 - decayed));
    }
    p.sub_(change.mul(s.number("lr")));
  }
}
