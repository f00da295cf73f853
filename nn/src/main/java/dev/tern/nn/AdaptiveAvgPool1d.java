package dev.tern.nn;

import dev.tern.Tensor;

/**
 * The means of as many windows of [N, C, L] or [C, L] as asked for, as equal as may be: {@code
 * torch.nn.AdaptiveAvgPool1d}.
 */
public class AdaptiveAvgPool1d extends Module {
  private final int outputSize;

  /** So many windows. */
  public AdaptiveAvgPool1d(int outputSize) {
    this.outputSize = outputSize;
  }

  @Override
  protected Tensor forward(Tensor x) {
    return F.adaptiveAvgPool1d(x, outputSize);
  }

  @Override
  protected String extraRepr() {
    return "output_size=" + outputSize;
  }
}
