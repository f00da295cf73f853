package dev.tern.nn;

import dev.tern.Tensor;

/** x / (1 + |x|), {@code torch.nn.Softsign}. */
public class Softsign extends Module {
  /** Has no settings. */
  public Softsign() {}

  @Override
  protected Tensor forward(Tensor x) {
    return x.softsign();
  }
}
