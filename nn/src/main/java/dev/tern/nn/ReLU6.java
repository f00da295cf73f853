package dev.tern.nn;

import dev.tern.Tensor;

/** min(max(x, 0), 6), {@code torch.nn.ReLU6}. */
public class ReLU6 extends Module {
  /** Has no settings. */
  public ReLU6() {}

  @Override
  protected Tensor forward(Tensor x) {
    return x.relu6();
  }
}
