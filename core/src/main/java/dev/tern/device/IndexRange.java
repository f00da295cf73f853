package dev.tern.device;

import dev.tern.shape.ShapeException;

/**
 * Which indices are right, and what is said of one that is not.
 *
 * @param n they are from 0 to {@code n - 1}
 * @param message a format of a wrong index, its position among the indices and {@code n}
 */
public record IndexRange(int n, String message) {
  /** Whether an index is right. */
  public boolean contains(long index) {
    return index >= 0 && index < n;
  }

  /** What to throw for an index that is not. */
  public ShapeException refusal(long index, long position) {
    return new ShapeException(message.formatted(index, position, n));
  }
}
