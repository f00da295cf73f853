package dev.tern.nn;

import dev.tern.Tensor;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * The means of as many windows of [N, C, H, W] or [C, H, W] as asked for, as equal as may be:
 * {@code torch.nn.AdaptiveAvgPool2d}.
 */
public class AdaptiveAvgPool2d extends Module {
  /** Keeps the size of a dimension, PyTorch's None. */
  public static final int KEEP = -1;

  private final int[] outputSize;

  /**
   * So many windows: one number, or one a dimension; {@link AdaptiveAvgPool2d#KEEP} keeps a size.
   */
  public AdaptiveAvgPool2d(int... outputSize) {
    this.outputSize = outputSize.clone();
  }

  @Override
  protected Tensor forward(Tensor x) {
    return F.adaptiveAvgPool2d(x, outputSize);
  }

  /** One number, or a tuple with None for sizes that are kept. */
  static String text(int... sizes) {
    String all =
        Arrays.stream(sizes)
            .mapToObj(size -> size == KEEP ? "None" : Integer.toString(size))
            .collect(Collectors.joining(", "));
    return sizes.length == 1 ? all : "(" + all + ")";
  }

  @Override
  protected String extraRepr() {
    return "output_size=" + AdaptiveAvgPool2d.text(outputSize);
  }
}
