package dev.tern.nn;

import dev.tern.Tensor;

/**
 * x / (k + alpha mean(x²))^beta over neighbouring channels of [N, C, *]: {@code
 * torch.nn.LocalResponseNorm} (Krizhevsky et al. 2012).
 */
public class LocalResponseNorm extends Module {
  private final int size;
  private final double alpha;
  private final double beta;
  private final double k;

  /** So many neighbours, with PyTorch's defaults. */
  public LocalResponseNorm(int size) {
    this(size, 1e-4, 0.75, 1);
  }

  /** So many neighbours. */
  public LocalResponseNorm(int size, double alpha, double beta, double k) {
    this.size = size;
    this.alpha = alpha;
    this.beta = beta;
    this.k = k;
  }

  @Override
  protected Tensor forward(Tensor x) {
    return F.localResponseNorm(x, size, alpha, beta, k);
  }

  @Override
  protected String extraRepr() {
    return "%d, alpha=%s, beta=%s, k=%s"
        .formatted(size, PythonText.number(alpha), PythonText.number(beta), PythonText.number(k));
  }
}
