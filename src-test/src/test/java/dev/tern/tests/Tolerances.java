package dev.tern.tests;

import dev.tern.Tensor;
import dev.tern.shape.DType;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How far a tensor may be from PyTorch's double precision.
 *
 * <p>In FLOAT64 only the order of additions differs: 1e-10 of the expected tensor's largest value,
 * for everything. In FLOAT32 a rounding is 6e-8; what follows from an operation's chain of
 * roundings is stated here, once for each operation that needs more than the default.
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
          // sums of up to 500 products: about sqrt(500) roundings of the running sum
          "conv1d", 4e-6,
          "conv2d", 4e-6,
          "conv3d", 4e-6,
          "linear", 4e-6,
          // five operations, and tanh's argument x^2 + x has a slope of up to 6
          "graph_reuse", 4e-6,
          // pi x is rounded before its sine is taken; the quotient's gradient cancels
          "sinc", 4e-6,
          // x - mean cancels: the input of large_offset is 1,000 times its own spread
          "batch_norm", 1e-4);

  /**
   * Sums of either sign, or with gradients that are summed to a broadcast input: what is left after
   * cancelling has the roundings of its terms, so the scale is at least that of what goes in.
   */
  private static final Set<String> CANCELLING =
      Set.of(
          "add",
          "sub",
          "mul",
          "div",
          "pow",
          "maximum",
          "minimum",
          "where",
          "sum",
          "mean",
          "matmul",
          "linear",
          "conv1d",
          "conv2d",
          "conv3d",
          "softmax",
          "log_softmax",
          "softmin",
          "layer_norm",
          "group_norm",
          "instance_norm",
          "expand",
          "repeat",
          "index_select",
          "gather",
          "scatter_add",
          "graph_reuse",
          "inplace",
          "cross_entropy",
          "nll_loss",
          "mse_loss",
          "l1_loss");

  private Tolerances() {}

  static double of(GoldenCase row, DType dtype) {
    return dtype == DType.FLOAT64 ? DOUBLE : SINGLE_BY_OPERATION.getOrDefault(row.op(), SINGLE);
  }

  /** What the tolerance of an output is relative to. */
  static double outputScale(GoldenCase row, DType dtype, Tensor expected) {
    return scale(row, dtype, expected, "in", row.inputs());
  }

  /** What the tolerance of a gradient is relative to. */
  static double gradientScale(GoldenCase row, DType dtype, Tensor expected) {
    return scale(row, dtype, expected, "cotangent", row.cotangents());
  }

  private static double scale(
      GoldenCase row, DType dtype, Tensor expected, String part, List<String> terms) {
    double largest = Expect.largest(expected);
    if (dtype == DType.FLOAT64 || !CANCELLING.contains(row.op())) {
      return largest;
    }
    for (String name : terms) {
      Tensor term = row.tensor(part, name);
      if (term.dtype().isFloatingPoint()) {
        largest = Math.max(largest, Expect.largest(term));
      }
    }
    return largest;
  }
}
