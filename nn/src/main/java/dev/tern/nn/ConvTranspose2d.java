package dev.tern.nn;

import dev.tern.Tensor;
import dev.tern.shape.ConvOptions;

/** A transposed convolution of [N, in, H, W] or [in, H, W], {@code torch.nn.ConvTranspose2d}. */
public class ConvTranspose2d extends ConvNd {
  /** The plain case: a kernel of this size, stride 1, no padding, with bias. */
  public ConvTranspose2d(int inChannels, int outChannels, int kernel) {
    this(inChannels, outChannels, ConvOptions.kernel(kernel));
  }

  /**
   * Creates the layer and draws its weights, {@code [in, out / groups, *kernel]}.
   *
   * @param options with a kernel size: {@code kernel(3).stride(2).outputPadding(1)}
   * @throws dev.tern.shape.ShapeException if the channels do not divide into the groups, or there
   *     is no kernel size
   */
  public ConvTranspose2d(int inChannels, int outChannels, ConvOptions options) {
    super(2, true, inChannels, outChannels, options);
  }

  @Override
  protected Tensor forward(Tensor x) {
    return F.convTranspose2d(x, weight, bias, options());
  }
}
