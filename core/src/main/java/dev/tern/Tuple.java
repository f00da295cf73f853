package dev.tern;

import java.util.AbstractList;
import java.util.Collection;
import java.util.RandomAccess;
import org.jspecify.annotations.Nullable;

/** Python's tuple: a list that cannot be changed, and that is saved and loaded as a tuple. */
public final class Tuple extends AbstractList<@Nullable Object> implements RandomAccess {
  private static final Tuple EMPTY = new Tuple();

  private final @Nullable Object[] elements;

  private Tuple(@Nullable Object... elements) {
    this.elements = elements;
  }

  /** A tuple of these. */
  public static Tuple of(@Nullable Object... elements) {
    return elements.length == 0 ? EMPTY : new Tuple(elements.clone());
  }

  /** A tuple of a collection's elements. */
  public static Tuple copyOf(Collection<?> elements) {
    return elements.isEmpty() ? EMPTY : new Tuple(elements.toArray());
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
