package dev.tern.tests;

import dev.tern.shape.DType;
import java.util.Map;

/**
 * How far a tensor may be from PyTorch's double precision, relative to the largest value of the
 * expected tensor.
 *
 * <p>In FLOAT64 only the order of additions differs: 1e-10 for everything. In FLOAT32 a rounding is
 * 6e-8; what follows from an operation's chain of roundings is stated here, once for each operation
 * that needs more than the default.
 */
final class Tolerances {
  private static final double DOUBLE = 1e-10;

  /**
   * A few roundings: the function, its gradient's formula and the product with the incoming
   * gradient.
   */
  private static final double SINGLE = 1e-6;

  private static final Map<String, Double> SINGLE_BY_OPERATION =
      Map.of(
          // sums of up to 400 products: about sqrt(400) roundings of the running sum
          "conv1d", 4e-6,
          "conv2d", 4e-6,
          "conv3d", 4e-6,
          "linear", 4e-6,
          // x - mean cancels: the input of large_offset is some thousand times its own spread
          "batch_norm", 1e-4);

  private Tolerances() {}

  static double of(GoldenCase row, DType dtype) {
    return dtype == DType.FLOAT64 ? DOUBLE : SINGLE_BY_OPERATION.getOrDefault(row.op(), SINGLE);
  }
}
