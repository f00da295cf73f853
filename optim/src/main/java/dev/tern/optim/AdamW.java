package dev.tern.optim;

import dev.tern.Tensor;
import java.util.List;

/** Adam with decoupled weight decay, {@code torch.optim.AdamW}: Loshchilov and Hutter (2019). */
public final class AdamW extends Optimizer {
  /**
   * PyTorch's defaults with this learning rate: betas 0.9 and 0.999, eps 1e-8, weight decay 0.01.
   */
  public static AdamOptions lr(double lr) {
    return AdamOptions.of(1e-2, true).with("lr", lr);
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
    add(parameters, options.with("decoupled_weight_decay", true).settings);
    return this;
  }

  @Override
  protected StateForm stateForm() {
    return Adam.STATE;
  }

  @Override
  protected void step(List<Tensor> parameters, Settings s) {
    Adam.step(this, parameters, s);
  }
}
