package dev.tern.benchmarks.compare;

import dev.tern.benchmarks.compare.Measure.Meter;

/**
 * A number to compare.
 *
 * @param name what results call it
 * @param meter how a JVM measures it
 * @param words the {@linkplain Library#workload workload}
 * @param unit what it is told in
 * @param goal Tern's number divided by libtorch's should be at most this (at least, where more is
 *     better); of memory Tern's number itself; NaN if there is no goal
 */
record Measurement(String name, Meter meter, String words, Unit unit, double goal) {
  /** What a number is told in, and how it comes from the seconds or bytes of {@link Measure}. */
  enum Unit {
    SECONDS_AN_EPOCH("s/epoch"),
    IMAGES_A_SECOND("images/s"),
    SECONDS("s"),
    MILLISECONDS("ms"),
    MICROSECONDS("µs"),
    MEGABYTES("MB");

    private final String symbol;

    Unit(String symbol) {
      this.symbol = symbol;
    }

    /** The number in this unit. */
    double of(double measured) {
      return switch (this) {
        case SECONDS_AN_EPOCH -> measured * Measure.EPOCH / Measure.BATCH;
        case IMAGES_A_SECOND -> Measure.BATCH / measured;
        case SECONDS -> measured;
        case MILLISECONDS -> measured * 1e3;
        case MICROSECONDS -> measured * 1e6;
        case MEGABYTES -> measured * 1e-6;
      };
    }

    boolean moreIsBetter() {
      return this == IMAGES_A_SECOND;
    }

    @Override
    public String toString() {
      return symbol;
    }
  }

  boolean hasGoal() {
    return !Double.isNaN(goal);
  }

  /** Whether Tern's number, and its ratio to libtorch's, are as good as they should be. */
  boolean reachedBy(double tern, double ratio) {
    if (unit == Unit.MEGABYTES) {
      return tern <= goal;
    }
    return unit.moreIsBetter() ? ratio >= goal : ratio <= goal;
  }

  /** The goal in words; empty if there is none. */
  String goalText() {
    if (!hasGoal()) {
      return "";
    }
    String number = Ratios.number(goal);
    return unit == Unit.MEGABYTES
        ? "≤ %s %s".formatted(number, unit)
        : (unit.moreIsBetter() ? "≥ " : "≤ ") + number;
  }
}
