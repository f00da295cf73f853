package dev.tern.tests;

import dev.tern.Tensor;
import java.util.Optional;

/**
 * Comparisons of a tensor with what PyTorch computed; each gives the first thing that is wrong, if
 * any.
 */
final class Expect {
  private Expect() {}

  /** Shape and every element, exactly. */
  static Optional<String> equal(String what, Tensor actual, Tensor expected) {
    return close(what, actual, expected, 0);
  }

  /** Shape and every element, to a tolerance relative to the expected tensor's largest value. */
  static Optional<String> close(String what, Tensor actual, Tensor expected, double tolerance) {
    return closeTo(what, actual, expected, tolerance, largest(expected));
  }

  /** As {@link #close}, with a tolerance relative to {@code scale}. */
  static Optional<String> closeTo(
      String what, Tensor actual, Tensor expected, double tolerance, double scale) {
    if (!actual.shape().equals(expected.shape())) {
      return Optional.of(
          "%s has shape %s, expected %s".formatted(what, actual.shape(), expected.shape()));
    }
    double[] came = actual.toDoubleArray();
    double[] wanted = expected.toDoubleArray();
    double worst = 0;
    int at = -1;
    for (int i = 0; i < came.length; i++) {
      double error = came[i] == wanted[i] ? 0 : Math.abs(came[i] - wanted[i]) / scale;
      boolean bothNan = Double.isNaN(came[i]) && Double.isNaN(wanted[i]);
      if (!bothNan && !(error <= tolerance) && !(error <= worst)) {
        worst = error;
        at = i;
      }
    }
    if (at < 0) {
      return Optional.empty();
    }
    return Optional.of(
        "%s[%d] is %s, expected %s: %.2g of the largest, %.1g allowed"
            .formatted(what, at, came[at], wanted[at], worst, tolerance));
  }

  /** The largest finite absolute value. */
  static double largest(Tensor tensor) {
    double largest = 0;
    for (double value : tensor.toDoubleArray()) {
      if (Double.isFinite(value)) {
        largest = Math.max(largest, Math.abs(value));
      }
    }
    return largest;
  }
}
