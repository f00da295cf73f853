package dev.tern.nn;

import dev.tern.Tensor;
import dev.tern.ValuesIndices;
import dev.tern.shape.TernException;

/**
 * The largest of as many windows of [N, C, L] or [C, L] as asked for, as equal as may be: {@code
 * torch.nn.AdaptiveMaxPool1d}.
 */
public class AdaptiveMaxPool1d extends Module {
  private final int outputSize;

  /** So many windows. */
  public AdaptiveMaxPool1d(int outputSize) {
    this.outputSize = outputSize;
  }

  @Override
  protected Tensor forward(Tensor x) {
    return F.adaptiveMaxPool1d(x, outputSize).values();
  }

  /** The values with where each was found, row-major. */
  public final ValuesIndices applyWithIndices(Tensor x) {
    try {
      return F.adaptiveMaxPool1d(x, outputSize);
    } catch (TernException e) {
      throw leaving(e);
    }
  }

  @Override
  protected String extraRepr() {
    return "output_size=" + outputSize;
  }
}
