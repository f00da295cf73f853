package dev.tern.nn;

import dev.tern.Tensor;

/** x - tanh(x), {@code torch.nn.Tanhshrink}. */
public class Tanhshrink extends Module {
  /** Has no settings. */
  public Tanhshrink() {}

  @Override
  protected Tensor forward(Tensor x) {
    return F.tanhshrink(x);
  }
}
