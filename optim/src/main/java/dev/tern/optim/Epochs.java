package dev.tern.optim;

/** Counts of epochs or steps, checked. */
final class Epochs {
  private Epochs() {}

  static int atLeastOne(String what, int count) {
    if (count < 1) {
      throw new IllegalArgumentException("%s wants 1 epoch or more, got %d".formatted(what, count));
    }
    return count;
  }
}
