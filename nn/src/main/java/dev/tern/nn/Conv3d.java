package dev.tern.nn;

import dev.tern.Tensor;
import dev.tern.shape.ConvOptions;

/** A convolution of [N, in, D, H, W] or [in, D, H, W], {@code torch.nn.Conv3d}. */
public class Conv3d extends ConvNd {
  /** The plain case: a kernel of this size, stride 1, no padding, with bias. */
  public Conv3d(int inChannels, int outChannels, int kernel) {
    this(inChannels, outChannels, ConvOptions.kernel(kernel));
  }

  /**
   * Creates the layer and draws its weights.
   *
   * @param options with a kernel size: {@code kernel(3).padding(1)}
   * @throws dev.tern.shape.ShapeException if the channels do not divide into the groups, or there
   *     is no kernel size
   */
  public Conv3d(int inChannels, int outChannels, ConvOptions options) {
    super(3, false, inChannels, outChannels, options);
  }

  @Override
  protected Tensor forward(Tensor x) {
    return x.conv3d(weight, bias, options());
  }
}
