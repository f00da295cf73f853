package dev.tern.nn;

import dev.tern.Tensor;
import dev.tern.shape.ConvOptions;

/**
 * A transposed convolution of [N, in, D, H, W] or [in, D, H, W], {@code torch.nn.ConvTranspose3d}.
 */
public class ConvTranspose3d extends ConvNd {
  /** The plain case: a kernel of this size, stride 1, no padding, with bias. */
  public ConvTranspose3d(int inChannels, int outChannels, int kernel) {
    this(inChannels, outChannels, ConvOptions.kernel(kernel));
  }

  /**
   * Creates the layer and draws its weights, {@code [in, out / groups, *kernel]}.
   *
   * @param options with a kernel size: {@code kernel(3).stride(2).outputPadding(1)}
   * @throws dev.tern.shape.ShapeException if the channels do not divide into the groups, or there
   *     is no kernel size
   */
  public ConvTranspose3d(int inChannels, int outChannels, ConvOptions options) {
    super(3, true, inChannels, outChannels, options);
  }

  @Override
  protected Tensor forward(Tensor x) {
    return F.convTranspose3d(x, weight, bias, options());
  }
}
