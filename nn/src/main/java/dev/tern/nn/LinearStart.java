package dev.tern.nn;

import dev.tern.Parameter;
import dev.tern.Tensor;

/** How PyTorch's linear layers and convolutions start. */
final class LinearStart {
  private LinearStart() {}

  /** {@code kaiming_uniform_(weight, a=sqrt(5))}, which is uniform within 1/√fan_in. */
  static Parameter weight(int... shape) {
    Tensor weight = Tensor.empty(shape);
    return new Parameter(
        Init.kaimingUniform_(weight, Math.sqrt(5), Fan.IN, Nonlinearity.LEAKY_RELU));
  }

  /** Uniform within 1/√fan_in of the weight. */
  static Parameter bias(Tensor weight) {
    return bias(weight, weight.size(0));
  }

  /** So many of them, uniform within 1/√fan_in of the weight. */
  static Parameter bias(Tensor weight, int outputs) {
    int fan = Fan.IN.of(weight);
    double bound = fan > 0 ? 1 / Math.sqrt(fan) : 0;
    return new Parameter(Init.uniform_(Tensor.empty(outputs), -bound, bound));
  }
}
