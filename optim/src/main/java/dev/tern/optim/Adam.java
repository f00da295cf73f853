package dev.tern.optim;

import dev.tern.Tensor;
import java.util.List;

/** Adam, {@code torch.optim.Adam}: Kingma and Ba (2015), with weight decay as an L2 penalty. */
public final class Adam extends Optimizer {
  private final Moments moments = new Moments();

  /** PyTorch's defaults with this learning rate: betas 0.9 and 0.999, eps 1e-8, no weight decay. */
  public static AdamOptions lr(double lr) {
    return new AdamOptions(lr, 0.9, 0.999, 1e-8, 0, false, false);
  }

  /**
   * An optimizer of these parameters.
   *
   * @throws IllegalArgumentException if there are none, or one appears twice
   */
  public Adam(List<? extends Tensor> parameters, AdamOptions options) {
    addGroup(parameters, options);
  }

  /**
   * Adds parameters with settings of their own.
   *
   * @return this optimizer
   */
  public Adam addGroup(List<? extends Tensor> parameters, AdamOptions options) {
    add(
        parameters,
        options.lr(),
        (parameter, gradient, lr) -> {
          Tensor g = options.isMaximize() ? gradient.neg() : gradient;
          if (options.weightDecay() != 0) {
            g = g.add(parameter.mul(options.weightDecay()));
          }
          moments.step(parameter, g, lr, options);
        });
    return this;
  }
}
