package dev.tern.examples;

import static dev.tern.nn.F.maxPool2d;
import static dev.tern.nn.F.tanh;
import static dev.tern.shape.ConvOptions.kernel;

import dev.tern.Tensor;
import dev.tern.nn.Conv2d;
import dev.tern.nn.Dropout2d;
import dev.tern.nn.Linear;
import dev.tern.nn.Module;

/** {@link NetWidth} that drops 40 % of the channels after each pooling while it trains. */
public class NetDropout extends Module {
  private final int channels;
  final Conv2d conv1;
  final Dropout2d conv1Dropout;
  final Conv2d conv2;
  final Dropout2d conv2Dropout;
  final Linear fc1;
  final Linear fc2;

  /** With 32 channels: 38,386 parameters. */
  public NetDropout() {
    this(32);
  }

  /** With so many channels after the first convolution, half as many after the second. */
  public NetDropout(int channels) {
    this.channels = channels;
    conv1 = new Conv2d(3, channels, kernel(3).padding(1));
    conv1Dropout = new Dropout2d(0.4);
    conv2 = new Conv2d(channels, channels / 2, kernel(3).padding(1));
    conv2Dropout = new Dropout2d(0.4);
    fc1 = new Linear(8 * 8 * channels / 2, 32);
    fc2 = new Linear(32, 2);
  }

  @Override
  protected Tensor forward(Tensor x) {
    Tensor out = maxPool2d(tanh(conv1.apply(x)), 2);
    out = conv1Dropout.apply(out);
    out = maxPool2d(tanh(conv2.apply(out)), 2);
    out = conv2Dropout.apply(out);
    out = out.view(-1, 8 * 8 * channels / 2);
    out = tanh(fc1.apply(out));
    return fc2.apply(out);
  }
}
