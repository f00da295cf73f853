package dev.tern.nn;

import dev.tern.Tensor;
import dev.tern.shape.ShapeException;

/**
 * Which number of connections an initialiser keeps the variance for: PyTorch's {@code fan_in} and
 * {@code fan_out}.
 */
public enum Fan {
  /** Inputs an output depends on: keeps the variance of the activations. */
  IN,
  /** Outputs an input feeds: keeps the variance of the gradients. */
  OUT;

  /**
   * The number of connections of a weight [out, in, *kernel].
   *
   * @throws ShapeException if the weight has fewer than two dimensions
   */
  public int of(Tensor weight) {
    if (weight.rank() < 2) {
      throw new ShapeException(
          "fan in and fan out want a weight [out, in, *kernel], got " + weight.shape());
    }
    int kernel = 1;
    for (int d = 2; d < weight.rank(); d++) {
      kernel *= weight.size(d);
    }
    return weight.size(this == IN ? 1 : 0) * kernel;
  }
}
