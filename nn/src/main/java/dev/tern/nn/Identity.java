package dev.tern.nn;

import dev.tern.Tensor;

/** x itself, {@code torch.nn.Identity}. */
public class Identity extends Module {
  /** Has no settings. */
  public Identity() {}

  @Override
  protected Tensor forward(Tensor x) {
    return x;
  }
}
