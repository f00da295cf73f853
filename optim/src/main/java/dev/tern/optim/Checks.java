package dev.tern.optim;

/** The ranges of optimizer settings, in PyTorch's words. */
final class Checks {
  private Checks() {}

  static double atLeastZero(String what, double value) {
    if (!(value >= 0)) { // not a number is refused too
      throw new IllegalArgumentException("Invalid %s: %s".formatted(what, value));
    }
    return value;
  }

  static double fraction(String what, double value) {
    if (!(value >= 0 && value < 1)) {
      throw new IllegalArgumentException("Invalid %s: %s".formatted(what, value));
    }
    return value;
  }
}
