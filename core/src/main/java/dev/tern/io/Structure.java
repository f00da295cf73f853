package dev.tern.io;

import dev.tern.io.Pickled.Dict;
import dev.tern.io.Pickled.None;
import dev.tern.io.Pickled.TensorRef;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Looks through what a pickle made, each part once: that it is no deeper than {@link #DEEPEST} (so
 * not cyclic either), that whoever walks it as a tree meets a bounded number of parts, and that it
 * is made of values alone.
 */
final class Structure {
  /** How many containers may lie in each other. */
  static final int DEEPEST = 100;

  /** How many parts there may be, those that are shared counted each time. */
  static final long MOST_PARTS = 50_000_000;

  private final ByteSource source;
  private final Map<Object, Measure> seen = new IdentityHashMap<>();

  /** How deep a container is, and how many parts it has as a tree. */
  private record Measure(int height, long parts) {
    static final Measure LEAF = new Measure(0, 1);
  }

  Structure(ByteSource source) {
    this.source = source;
  }

  /**
   * Checks an object with all that is in it.
   *
   * @throws FormatException if it is cyclic, too deep, too large, or holds what is no value
   */
  void check(Object root) throws FormatException {
    measure(root, 0);
  }

  private Measure measure(Object value, int depth) throws FormatException {
    if (value instanceof String
        || value instanceof Number
        || value instanceof Boolean
        || value instanceof TensorRef
        || value == None.NONE) {
      return Measure.LEAF;
    }
    Measure known = seen.get(value);
    if (known == null) {
      List<Object> parts = parts(value);
      int height = 0;
      long count = 1;
      for (Object part : parts) {
        checkDepth(depth + 1);
        Measure measure = measure(part, depth + 1);
        height = Math.max(height, measure.height + 1);
        count += measure.parts;
        if (count > MOST_PARTS) {
          throw source.refuse("lists and dicts with more than " + MOST_PARTS + " parts");
        }
      }
      known = new Measure(height, count);
      seen.put(value, known);
    }
    checkDepth(depth + known.height);
    return known;
  }

  private void checkDepth(int depth) throws FormatException {
    if (depth > DEEPEST) {
      throw source.refuse(
          "lists and dicts more than %d deep, or ones that hold themselves".formatted(DEEPEST));
    }
  }

  private List<Object> parts(Object value) throws FormatException {
    if (value instanceof Dict dict) {
      List<Object> parts = new ArrayList<>(dict.entries.values());
      if (dict.metadata != null) {
        parts.add(dict.metadata);
      }
      return parts;
    }
    if (value instanceof List<?> || value instanceof Set<?>) {
      return new ArrayList<>((java.util.Collection<?>) value);
    }
    throw source.refuse("a storage or a function where a value should be; save tensors");
  }
}
