package dev.tern.nn;

import dev.tern.Tensor;

/** The self-normalising ELU, {@code torch.nn.SELU} (Klambauer et al. 2017). */
public class SELU extends Module {
  /** Has no settings. */
  public SELU() {}

  @Override
  protected Tensor forward(Tensor x) {
    return F.selu(x);
  }
}
