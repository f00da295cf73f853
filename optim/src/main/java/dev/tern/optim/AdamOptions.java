package dev.tern.optim;

import dev.tern.optim.Setting.Kind;
import java.util.List;

/**
 * The settings of {@link Adam} and {@link AdamW}, an immutable value: {@code
 * Adam.lr(1e-3).betas(0.9, 0.99)}.
 */
public final class AdamOptions {
  final Settings settings;

  private AdamOptions(Settings settings) {
    this.settings = settings;
  }

  static AdamOptions of(double weightDecay, boolean decoupled) {
    return new AdamOptions(
        Settings.none()
            .plus("lr", "learning rate", Kind.AT_LEAST_ZERO, 1e-3)
            .plus("betas", "beta parameter", Kind.FRACTIONS, List.of(0.9, 0.999))
            .plus("eps", "epsilon value", Kind.AT_LEAST_ZERO, 1e-8)
            .plus("weight_decay", weightDecay)
            .plus("amsgrad", false)
            .plus("maximize", false)
            .plusChoices("foreach", "capturable", "differentiable", "fused")
            .plus("decoupled_weight_decay", decoupled));
  }

  AdamOptions with(String name, Object value) {
    return new AdamOptions(settings.with(name, value));
  }

  /** With these means' inertia, each at least 0 and below 1. */
  public AdamOptions betas(double first, double second) {
    return with("betas", List.of(first, second));
  }

  /** With this much added to the divisor. */
  public AdamOptions eps(double value) {
    return with("eps", value);
  }

  /** With this weight decay: an L2 penalty for Adam, decay of the weights themselves for AdamW. */
  public AdamOptions weightDecay(double value) {
    return with("weight_decay", value);
  }

  /** With the largest mean square so far as the divisor, or not. */
  public AdamOptions amsgrad(boolean on) {
    return with("amsgrad", on);
  }

  /** Climbing or descending. */
  public AdamOptions maximize(boolean climb) {
    return with("maximize", climb);
  }
}
