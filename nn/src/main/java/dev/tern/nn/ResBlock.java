package dev.tern.nn;

import static dev.tern.shape.ConvOptions.kernel;

import dev.tern.Tensor;

/**
 * A residual block on [N, C, H, W]: convolution without bias, batch norm, ReLU, plus the input. He
 * et al. (2016). The convolution starts from He's normal initialiser, the batch norm with scale
 * 0.5.
 */
public class ResBlock extends Module {
  /** 3 × 3, padded to keep the size. */
  public final Conv2d conv;

  /** Over the convolution's output. */
  public final BatchNorm2d batchNorm;

  /** A block of so many channels. */
  public ResBlock(int channels) {
    conv = new Conv2d(channels, channels, kernel(3).padding(1).bias(false));
    batchNorm = new BatchNorm2d(channels);
    Init.kaimingNormal_(conv.weight, Nonlinearity.RELU);
    Init.constant_(batchNorm.weight, 0.5);
    Init.zeros_(batchNorm.bias);
  }

  @Override
  protected Tensor forward(Tensor x) {
    return x.pipe(conv, batchNorm, Tensor::relu).add(x);
  }
}
