package dev.tern.examples;

import static dev.tern.nn.F.maxPool2d;
import static dev.tern.nn.F.tanh;
import static dev.tern.shape.ConvOptions.kernel;

import dev.tern.Tensor;
import dev.tern.nn.Conv2d;
import dev.tern.nn.Linear;
import dev.tern.nn.Module;

/** {@link Net} with modules only where there are parameters: the same weights, keys and results. */
public class FunctionalNet extends Module {
  final Conv2d conv1 = new Conv2d(3, 16, kernel(3).padding(1));
  final Conv2d conv2 = new Conv2d(16, 8, kernel(3).padding(1));
  final Linear fc1 = new Linear(8 * 8 * 8, 32);
  final Linear fc2 = new Linear(32, 2);

  /** Draws the weights. */
  public FunctionalNet() {}

  @Override
  protected Tensor forward(Tensor x) {
    Tensor out = maxPool2d(tanh(conv1.apply(x)), 2);
    out = maxPool2d(tanh(conv2.apply(out)), 2);
    out = out.view(-1, 8 * 8 * 8);
    out = tanh(fc1.apply(out));
    return fc2.apply(out);
  }
}
