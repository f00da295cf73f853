package dev.tern.nn;

import dev.tern.Tensor;

/** 1 / (1 + exp(-x)), {@code torch.nn.Sigmoid}. */
public class Sigmoid extends Module {
  /** Has no settings. */
  public Sigmoid() {}

  @Override
  protected Tensor forward(Tensor x) {
    return x.sigmoid();
  }
}
