package dev.tern.nn;

import dev.tern.Tensor;

/** tanh(x), {@code torch.nn.Tanh}. */
public class Tanh extends Module {
  /** Has no settings. */
  public Tanh() {}

  @Override
  protected Tensor forward(Tensor x) {
    return x.tanh();
  }
}
