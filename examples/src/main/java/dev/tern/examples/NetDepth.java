package dev.tern.examples;

import static dev.tern.nn.F.maxPool2d;
import static dev.tern.shape.ConvOptions.kernel;

import dev.tern.Tensor;
import dev.tern.nn.Conv2d;
import dev.tern.nn.Linear;
import dev.tern.nn.Module;

/** A third convolution, and ReLU for tanh. */
public class NetDepth extends Module {
  private final int channels;
  final Conv2d conv1;
  final Conv2d conv2;
  final Conv2d conv3;
  final Linear fc1;
  final Linear fc2;

  /** With 32 channels: 16,130 parameters. */
  public NetDepth() {
    this(32);
  }

  /** With so many channels after the first convolution, half as many after the others. */
  public NetDepth(int channels) {
    this.channels = channels;
    conv1 = new Conv2d(3, channels, kernel(3).padding(1));
    conv2 = new Conv2d(channels, channels / 2, kernel(3).padding(1));
    conv3 = new Conv2d(channels / 2, channels / 2, kernel(3).padding(1));
    fc1 = new Linear(4 * 4 * channels / 2, 32);
    fc2 = new Linear(32, 2);
  }

  @Override
  protected Tensor forward(Tensor x) {
    Tensor out = maxPool2d(conv1.apply(x).relu(), 2);
    out = maxPool2d(conv2.apply(out).relu(), 2);
    out = maxPool2d(conv3.apply(out).relu(), 2);
    out = out.view(-1, 4 * 4 * channels / 2);
    out = fc1.apply(out).relu();
    return fc2.apply(out);
  }
}
