package dev.tern.optim;

import dev.tern.Tensor;
import java.util.List;

/** Adam with Nesterov's momentum, {@code torch.optim.NAdam}: Dozat (2016). */
public final class NAdam extends Optimizer {
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

    /** With a momentum that grows as this says. */
    public Options momentumDecay(double value) {
      return with("momentum_decay", value);
    }

    /** With decay of the weights themselves, as AdamW has it, instead of an L2 penalty. */
    public Options decoupledWeightDecay(boolean on) {
      return with("decoupled_weight_decay", on);
    }
  }

  private static final Settings DEFAULTS =
      Settings.lr(2e-3)
          .plusBetas()
          .plus("eps", 1e-8)
          .plus("weight_decay", 0)
          .plus("momentum_decay", 4e-3)
          .plus("decoupled_weight_decay", false)
          .plus("maximize", false)
          .plusChoices("foreach", "capturable", "differentiable");

  /**
   * PyTorch's defaults with this learning rate: betas 0.9 and 0.999, eps 1e-8, momentum decay 4e-3.
   */
  public static Options lr(double lr) {
    return new Options(DEFAULTS).with("lr", lr);
  }

  /**
   * An optimizer of these parameters.
   *
   * @throws IllegalArgumentException if there are none, or one appears twice
   */
  public NAdam(List<? extends Tensor> parameters, Options options) {
    addGroup(parameters, options);
  }

  /**
   * Adds parameters with settings of their own.
   *
   * @return this optimizer
   */
  public NAdam addGroup(List<? extends Tensor> parameters, Options options) {
    add(parameters, options.settings);
    return this;
  }

  @Override
  protected StateForm stateForm() {
    return StateForm.none().step().number("mu_product").tensors("exp_avg", "exp_avg_sq");
  }

  @Override
  protected void step(List<Tensor> parameters, Settings s) {
    for (Tensor p : parameters) {
      step(p, state(p), s);
    }
  }

  private static void step(Tensor p, ParameterState state, Settings s) {
    double step = (double) state.nextStep();
    double mu = momentum(s, step);
    double next = momentum(s, step + 1);
    float product = (float) (state.number("mu_product", 1) * mu);
    state.setNumber("mu_product", product);
    Tensor g = direction(p, s);
    Tensor mean = follow(state.tensor("exp_avg"), g, s.beta(0));
    Tensor square = follow(state.tensor("exp_avg_sq"), g.square(), s.beta(1));
    Tensor divisor = square.div(1 - Math.pow(s.beta(1), step)).sqrt().add_(s.number("eps"));
    double lr = s.number("lr");
    p.sub_(g.div(divisor).mul(lr * (1 - mu) / (1 - product)));
    p.sub_(mean.div(divisor).mul(lr * next / (1 - product * next)));
  }

  private static double momentum(Settings s, double step) {
    return s.beta(0) * (1 - 0.5 * Math.pow(0.96, step * s.number("momentum_decay")));
  }
}
