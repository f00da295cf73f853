package dev.tern.nn;

import dev.tern.Tensor;
import dev.tern.ValuesIndices;
import dev.tern.shape.TernException;

/**
 * The largest of as many windows of [N, C, H, W] or [C, H, W] as asked for, as equal as may be:
 * {@code torch.nn.AdaptiveMaxPool2d}.
 */
public class AdaptiveMaxPool2d extends Module {
  private final int[] outputSize;

  /**
   * So many windows: one number, or one a dimension; {@link AdaptiveAvgPool2d#KEEP} keeps a size.
   */
  public AdaptiveMaxPool2d(int... outputSize) {
    this.outputSize = outputSize.clone();
  }

  @Override
  protected Tensor forward(Tensor x) {
    return F.adaptiveMaxPool2d(x, outputSize).values();
  }

  /** The values with where each was found, row-major. */
  public final ValuesIndices applyWithIndices(Tensor x) {
    try {
      return F.adaptiveMaxPool2d(x, outputSize);
    } catch (TernException e) {
      throw leaving(e);
    }
  }

  @Override
  protected String extraRepr() {
    return "output_size=" + AdaptiveAvgPool2d.text(outputSize);
  }
}
