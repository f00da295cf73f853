package dev.tern.optim;

import java.util.List;

/**
 * The settings of {@link Adam} and {@link AdamW}, an immutable value: {@code
 * Adam.lr(1e-3).betas(0.9, 0.99)}. Weight decay is an L2 penalty for Adam, decay of the weights
 * themselves for AdamW.
 */
public final class AdamOptions extends GroupOptions<AdamOptions> {
  private AdamOptions(Settings settings) {
    super(settings);
  }

  static AdamOptions of(double weightDecay, boolean decoupled) {
    return new AdamOptions(
        Settings.lr(1e-3)
            .plusBetas()
            .plus("eps", 1e-8)
            .plus("weight_decay", weightDecay)
            .plus("amsgrad", false)
            .plus("maximize", false)
            .plusChoices("foreach", "capturable", "differentiable", "fused")
            .plus("decoupled_weight_decay", decoupled));
  }

  @Override
  AdamOptions of(Settings changed) {
    return new AdamOptions(changed);
  }

  /** With these means' inertia, each at least 0 and below 1. */
  public AdamOptions betas(double first, double second) {
    return with("betas", List.of(first, second));
  }

  /** With this much added to the divisor. */
  public AdamOptions eps(double value) {
    return with("eps", value);
  }

  /** With the largest mean square so far as the divisor, or not. */
  public AdamOptions amsgrad(boolean on) {
    return with("amsgrad", on);
  }
}
