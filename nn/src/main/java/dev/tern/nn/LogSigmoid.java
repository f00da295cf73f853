package dev.tern.nn;

import dev.tern.Tensor;

/** log(sigmoid(x)), {@code torch.nn.LogSigmoid}. */
public class LogSigmoid extends Module {
  /** Has no settings. */
  public LogSigmoid() {}

  @Override
  protected Tensor forward(Tensor x) {
    return x.logSigmoid();
  }
}
