package dev.tern.io;

import java.util.AbstractList;
import java.util.Arrays;
import java.util.Collection;
import java.util.RandomAccess;
import org.jspecify.annotations.Nullable;

/** Python's tuple: a list that cannot be changed, and that is saved as a tuple again. */
final class Tuple extends AbstractList<@Nullable Object> implements RandomAccess {
  static final Tuple EMPTY = new Tuple();

  private final @Nullable Object[] elements;

  private Tuple(@Nullable Object... elements) {
    this.elements = elements;
  }

  static Tuple of(Collection<?> elements) {
    return new Tuple(elements.toArray());
  }

  static Tuple copyOf(@Nullable Object... elements) {
    return new Tuple(Arrays.copyOf(elements, elements.length, Object[].class));
  }

  @Override
  public @Nullable Object get(int index) {
    return elements[index];
  }

  @Override
  public int size() {
    return elements.length;
  }
}
