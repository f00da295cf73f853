package dev.tern.nn;

import dev.tern.Tensor;

/**
 * The means of as many windows of [N, C, D, H, W] or [C, D, H, W] as asked for, as equal as may be:
 * {@code torch.nn.AdaptiveAvgPool3d}.
 */
public class AdaptiveAvgPool3d extends Module {
  private final int[] outputSize;

  /**
   * So many windows: one number, or one a dimension; {@link AdaptiveAvgPool2d#KEEP} keeps a size.
   */
  public AdaptiveAvgPool3d(int... outputSize) {
    this.outputSize = outputSize.clone();
  }

  @Override
  protected Tensor forward(Tensor x) {
    return F.adaptiveAvgPool3d(x, outputSize);
  }

  @Override
  protected String extraRepr() {
    return "output_size=" + AdaptiveAvgPool2d.text(outputSize);
  }
}
