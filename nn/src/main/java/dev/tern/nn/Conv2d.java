package dev.tern.nn;

import dev.tern.Tensor;
import dev.tern.shape.ConvOptions;

/** A convolution of [N, in, H, W] or [in, H, W], {@code torch.nn.Conv2d}. */
public class Conv2d extends ConvNd {
  /** The plain case: a kernel of this size, stride 1, no padding, with bias. */
  public Conv2d(int inChannels, int outChannels, int kernel) {
    this(inChannels, outChannels, ConvOptions.kernel(kernel));
  }

  /**
   * Creates the layer and draws its weights.
   *
   * @param options with a kernel size: {@code kernel(3).padding(1)}
   * @throws dev.tern.shape.ShapeException if the channels do not divide into the groups, or there
   *     is no kernel size
   */
  public Conv2d(int inChannels, int outChannels, ConvOptions options) {
    super(2, false, inChannels, outChannels, options);
  }

  @Override
  protected Tensor forward(Tensor x) {
    return x.conv2d(weight, bias, options());
  }
}
