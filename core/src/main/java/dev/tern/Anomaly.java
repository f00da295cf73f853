package dev.tern;

import dev.tern.shape.AutogradException;
import org.jspecify.annotations.Nullable;

/** The search for the operation in which the first NaN was born, see {@code detectAnomaly}. */
final class Anomaly {
  /** What one operation's node remembers: where it was called, and whether a NaN was born in it. */
  static final class Birth {
    private final Throwable place;
    private boolean forward;

    Birth(String name) {
      place = new Throwable("the forward of " + name + " was called here");
    }
  }

  private Anomaly() {}

  /** Notes a NaN in an operation's output where no input had one. */
  static void watchForward(@Nullable Node node, Tensor output, @Nullable Tensor[] inputs) {
    Birth birth = node == null ? null : node.birth;
    if (birth != null && hasNaN(output)) {
      boolean before = false;
      for (Tensor input : inputs) {
        before |= input != null && hasNaN(input);
      }
      birth.forward = !before;
    }
  }

  /** Refuses to go back from a NaN that came about in the forward. */
  static void checkForward(Node node) {
    Birth birth = node.birth;
    if (birth != null && birth.forward) {
      throw found("in the output of " + node.name, birth);
    }
  }

  /** Refuses a NaN that an operation's gradient brings up. */
  static void checkBackward(Node node, @Nullable Tensor[] gradients) {
    for (int i = 0; i < gradients.length; i++) {
      Tensor gradient = gradients[i];
      if (gradient != null && hasNaN(gradient)) {
        throw found("in the gradient of " + node.name + " for its input " + i, node.birth);
      }
    }
  }

  private static AutogradException found(String where, @Nullable Birth birth) {
    if (birth == null) {
      return new AutogradException(
          "detectAnomaly: the first NaN was born "
              + where
              + "; turn it on around the forward as well to see where that was called");
    }
    var found =
        new AutogradException(
            "detectAnomaly: the first NaN was born "
                + where
                + "; the cause shows where that was called");
    found.initCause(birth.place);
    return found;
  }

  private static boolean hasNaN(Tensor tensor) {
    try (var off = Autograd.noGrad()) {
      return tensor.dtype().isFloatingPoint() && tensor.isNaN().any().itemLong() == 1;
    }
  }
}
