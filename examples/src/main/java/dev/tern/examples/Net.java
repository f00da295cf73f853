package dev.tern.examples;

import static dev.tern.shape.ConvOptions.kernel;

import dev.tern.Tensor;
import dev.tern.nn.Conv2d;
import dev.tern.nn.Linear;
import dev.tern.nn.MaxPool2d;
import dev.tern.nn.Module;
import dev.tern.nn.Tanh;

/**
 * Two convolutions and two linear layers for 3 × 32 × 32 images and two classes, all made of
 * modules: 18,090 parameters.
 */
public class Net extends Module {
  final Conv2d conv1 = new Conv2d(3, 16, kernel(3).padding(1));
  final Tanh act1 = new Tanh();
  final MaxPool2d pool1 = new MaxPool2d(2);
  final Conv2d conv2 = new Conv2d(16, 8, kernel(3).padding(1));
  final Tanh act2 = new Tanh();
  final MaxPool2d pool2 = new MaxPool2d(2);
  final Linear fc1 = new Linear(8 * 8 * 8, 32);
  final Tanh act3 = new Tanh();
  final Linear fc2 = new Linear(32, 2);

  /** Draws the weights. */
  public Net() {}

  @Override
  protected Tensor forward(Tensor x) {
    return x.pipe(conv1, act1, pool1)
        .pipe(conv2, act2, pool2)
        .view(-1, 8 * 8 * 8)
        .pipe(fc1, act3, fc2);
  }
}
