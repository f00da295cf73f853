package dev.tern.nn;

import dev.tern.Tensor;

/** min(max(x + 3, 0), 6) / 6, {@code torch.nn.Hardsigmoid}. */
public class Hardsigmoid extends Module {
  /** Has no settings. */
  public Hardsigmoid() {}

  @Override
  protected Tensor forward(Tensor x) {
    return F.hardsigmoid(x);
  }
}
