package dev.tern.shape;

import java.util.Arrays;

/** One number, or one number a dimension: what options and layers are given. */
public final class Sizes {
  private Sizes() {}

  /** The numbers, checked, as an array that nobody else holds. */
  static int[] atLeast(int least, String name, int... sizes) {
    for (int size : sizes) {
      if (size < least) {
        throw new ShapeException(
            "%s must be at least %d, got %s".formatted(name, least, Arrays.toString(sizes)));
      }
    }
    if (sizes.length == 0) {
      throw new ShapeException(name + " wants one number, or one a dimension; got none");
    }
    return sizes.clone();
  }

  /**
   * One number a dimension: a single one stands for all.
   *
   * @throws ShapeException if there are neither 1 nor {@code rank} of them
   */
  public static int[] spread(String name, int[] sizes, int rank) {
    if (sizes.length == rank) {
      return sizes.clone();
    }
    if (sizes.length != 1) {
      throw new ShapeException(
          "%s %s does not fit %d dimensions; expected 1 or %d numbers"
              .formatted(name, Arrays.toString(sizes), rank, rank));
    }
    int[] all = new int[rank];
    Arrays.fill(all, sizes[0]);
    return all;
  }

  /** As Python prints a tuple: {@code (3, 3)}, {@code (3,)}. */
  public static String tuple(int... sizes) {
    String inner = Arrays.toString(sizes);
    inner = inner.substring(1, inner.length() - 1);
    return sizes.length == 1 ? "(" + inner + ",)" : "(" + inner + ")";
  }
}
