package dev.tern.nn;

import dev.tern.Tensor;

/** x tanh(softplus(x)), {@code torch.nn.Mish}. */
public class Mish extends Module {
  /** Has no settings. */
  public Mish() {}

  @Override
  protected Tensor forward(Tensor x) {
    return x.mish();
  }
}
