package dev.tern.nn;

import dev.tern.Tensor;
import dev.tern.shape.ConvOptions;

/** A convolution of [N, in, L] or [in, L], {@code torch.nn.Conv1d}. */
public class Conv1d extends ConvNd {
  /** The plain case: a kernel of this size, stride 1, no padding, with bias. */
  public Conv1d(int inChannels, int outChannels, int kernel) {
    this(inChannels, outChannels, ConvOptions.kernel(kernel));
  }

  /**
   * Creates the layer and draws its weights.
   *
   * @param options with a kernel size: {@code kernel(3).padding(1)}
   * @throws dev.tern.shape.ShapeException if the channels do not divide into the groups, or there
   *     is no kernel size
   */
  public Conv1d(int inChannels, int outChannels, ConvOptions options) {
    super(1, false, inChannels, outChannels, options);
  }

  @Override
  protected Tensor forward(Tensor x) {
    return x.conv1d(weight, bias, options());
  }
}
