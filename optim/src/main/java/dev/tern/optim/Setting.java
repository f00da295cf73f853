package dev.tern.optim;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one setting of an optimizer may be.
 *
 * @param name PyTorch's name of it, for example {@code weight_decay}
 * @param words as messages call it
 * @param kind what values it takes
 * @param initial its value where none is given
 */
record Setting(String name, String words, Kind kind, @Nullable Object initial) {
  enum Kind {
    /** Any number but NaN. */
    NUMBER,
    /** A number from 0 on. */
    AT_LEAST_ZERO,
    /** A number from 0 to 1. */
    AT_MOST_ONE,
    /** Two numbers from 0 on and below 1. */
    FRACTIONS,
    /** A whole number from 1 on. */
    COUNT,
    FLAG,
    /** A flag or null; it chooses among PyTorch's kernels, and is kept for it. */
    CHOICE,
    /** A text or null. */
    TEXT
  }

  /**
   * A value in the form it is kept in: numbers as Double, counts as Long, pairs as {@code
   * List<Double>}.
   *
   * @throws IllegalArgumentException if it does not fit
   */
  @Nullable Object checked(@Nullable Object value) {
    return switch (kind) {
      case NUMBER -> number(value, Double.NEGATIVE_INFINITY, true, words);
      case AT_LEAST_ZERO -> number(value, Double.POSITIVE_INFINITY, true, words);
      case AT_MOST_ONE -> number(value, 1, true, words);
      case FRACTIONS -> {
        if (!(value instanceof List<?> pair) || pair.size() != 2) {
          throw invalid(words, value);
        }
        yield List.of(
            number(pair.get(0), 1, false, words + " at index 0"),
            number(pair.get(1), 1, false, words + " at index 1"));
      }
      case COUNT -> {
        if (!(value instanceof Number count) || count.longValue() < 1 || isFractional(count)) {
          throw invalid(words, value);
        }
        yield count.longValue();
      }
      case FLAG -> require(value instanceof Boolean, value);
      case CHOICE -> require(value == null || value instanceof Boolean, value);
      case TEXT -> require(value == null || value instanceof String, value);
    };
  }

  /** From 0 to the most, which may be excluded; a most of minus infinity is no bound at all. */
  private static double number(
      @Nullable Object value, double most, boolean included, String words) {
    double number = value instanceof Number given ? given.doubleValue() : Double.NaN;
    boolean fits = most < 0 || number >= 0 && (included ? number <= most : number < most);
    if (!fits || Double.isNaN(number)) {
      throw invalid(words, value);
    }
    return number;
  }

  private static boolean isFractional(Number value) {
    return value.doubleValue() != Math.rint(value.doubleValue());
  }

  private @Nullable Object require(boolean fits, @Nullable Object value) {
    if (!fits) {
      throw invalid(words, value);
    }
    return value;
  }

  private static IllegalArgumentException invalid(String words, @Nullable Object value) {
    return new IllegalArgumentException("Invalid %s: %s".formatted(words, value));
  }
}
