package dev.tern.nn;

import dev.tern.Tensor;

/** x sigmoid(x), also called swish, {@code torch.nn.SiLU}. */
public class SiLU extends Module {
  /** Has no settings. */
  public SiLU() {}

  @Override
  protected Tensor forward(Tensor x) {
    return x.silu();
  }
}
