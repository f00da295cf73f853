package dev.tern.optim;

import dev.tern.Tensor;
import java.util.List;

/** Adam with decoupled weight decay, {@code torch.optim.AdamW}: Loshchilov and Hutter (2019). */
public final class AdamW extends Optimizer {
  private final Moments moments = new Moments();

  /**
   * PyTorch's defaults with this learning rate: betas 0.9 and 0.999, eps 1e-8, weight decay 0.01.
   */
  public static AdamOptions lr(double lr) {
    return new AdamOptions(lr, 0.9, 0.999, 1e-8, 1e-2, false, false);
  }

  /**
   * An optimizer of these parameters.
   *
   * @throws IllegalArgumentException if there are none, or one appears twice
   */
  public AdamW(List<? extends Tensor> parameters, AdamOptions options) {
    addGroup(parameters, options);
  }

  /**
   * Adds parameters with settings of their own.
   *
   * @return this optimizer
   */
  public AdamW addGroup(List<? extends Tensor> parameters, AdamOptions options) {
    add(
        parameters,
        options.lr(),
        (parameter, gradient, lr) -> {
          parameter.mul_(1 - lr * options.weightDecay());
          moments.step(parameter, options.isMaximize() ? gradient.neg() : gradient, lr, options);
        });
    return this;
  }
}
