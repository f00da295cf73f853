package dev.tern.examples;

import static dev.tern.nn.F.maxPool2d;
import static dev.tern.nn.F.tanh;
import static dev.tern.shape.ConvOptions.kernel;

import dev.tern.Tensor;
import dev.tern.nn.Conv2d;
import dev.tern.nn.Linear;
import dev.tern.nn.Module;

/** {@link FunctionalNet} with a width of one's choice. */
public class NetWidth extends Module {
  private final int channels;
  final Conv2d conv1;
  final Conv2d conv2;
  final Linear fc1;
  final Linear fc2;

  /** With 32 channels: 38,386 parameters. */
  public NetWidth() {
    this(32);
  }

  /** With so many channels after the first convolution, half as many after the second. */
  public NetWidth(int channels) {
    this.channels = channels;
    conv1 = new Conv2d(3, channels, kernel(3).padding(1));
    conv2 = new Conv2d(channels, channels / 2, kernel(3).padding(1));
    fc1 = new Linear(8 * 8 * channels / 2, 32);
    fc2 = new Linear(32, 2);
  }

  @Override
  protected Tensor forward(Tensor x) {
    Tensor out = maxPool2d(tanh(conv1.apply(x)), 2);
    out = maxPool2d(tanh(conv2.apply(out)), 2);
    out = out.view(-1, 8 * 8 * channels / 2);
    out = tanh(fc1.apply(out));
    return fc2.apply(out);
  }
}
