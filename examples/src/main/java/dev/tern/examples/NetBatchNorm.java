package dev.tern.examples;

import static dev.tern.nn.F.maxPool2d;
import static dev.tern.nn.F.tanh;
import static dev.tern.shape.ConvOptions.kernel;

import dev.tern.Tensor;
import dev.tern.nn.BatchNorm2d;
import dev.tern.nn.Conv2d;
import dev.tern.nn.Linear;
import dev.tern.nn.Module;

/** {@link NetWidth} with a batch norm after each convolution. */
public class NetBatchNorm extends Module {
  private final int channels;
  final Conv2d conv1;
  final BatchNorm2d conv1Batchnorm;
  final Conv2d conv2;
  final BatchNorm2d conv2Batchnorm;
  final Linear fc1;
  final Linear fc2;

  /** With 32 channels: 38,482 parameters. */
  public NetBatchNorm() {
    this(32);
  }

  /** With so many channels after the first convolution, half as many after the second. */
  public NetBatchNorm(int channels) {
    this.channels = channels;
    conv1 = new Conv2d(3, channels, kernel(3).padding(1));
    conv1Batchnorm = new BatchNorm2d(channels);
    conv2 = new Conv2d(channels, channels / 2, kernel(3).padding(1));
    conv2Batchnorm = new BatchNorm2d(channels / 2);
    fc1 = new Linear(8 * 8 * channels / 2, 32);
    fc2 = new Linear(32, 2);
  }

  @Override
  protected Tensor forward(Tensor x) {
    Tensor out = conv1Batchnorm.apply(conv1.apply(x));
    out = maxPool2d(tanh(out), 2);
    out = conv2Batchnorm.apply(conv2.apply(out));
    out = maxPool2d(tanh(out), 2);
    out = out.view(-1, 8 * 8 * channels / 2);
    out = tanh(fc1.apply(out));
    return fc2.apply(out);
  }
}
