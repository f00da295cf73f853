package dev.tern.nn;

import dev.tern.Tensor;

/** max(x, 0), {@code torch.nn.ReLU}. */
public class ReLU extends Module {
  /** Has no settings. */
  public ReLU() {}

  @Override
  protected Tensor forward(Tensor x) {
    return x.relu();
  }
}
