package dev.tern.nn;

import dev.tern.Tensor;

/** x min(max(x + 3, 0), 6) / 6, {@code torch.nn.Hardswish}. */
public class Hardswish extends Module {
  /** Has no settings. */
  public Hardswish() {}

  @Override
  protected Tensor forward(Tensor x) {
    return F.hardswish(x);
  }
}
