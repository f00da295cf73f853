package dev.tern.io;

import dev.tern.Tensor;
import dev.tern.Tuple;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/** Values in words, for messages. */
final class Describe {
  private static final int MOST_KEYS = 6;

  private Describe() {}

  /** What a value is, in Python's words. */
  static String value(@Nullable Object value) {
    if (value == null) {
      return "None";
    }
    if (value instanceof Tensor) {
      return "a tensor";
    }
    if (value instanceof Map<?, ?> map) {
      return dict(map.keySet());
    }
    if (value instanceof Tuple tuple) {
      return "a tuple of " + tuple.size();
    }
    if (value instanceof List<?> list) {
      return "a list of " + list.size();
    }
    if (value instanceof Set<?> set) {
      return "a set of " + set.size();
    }
    if (value instanceof String || value instanceof Number || value instanceof Boolean) {
      return quoted(value);
    }
    return "a " + value.getClass().getSimpleName();
  }

  /** A dict by its first keys. */
  static String dict(Set<?> keys) {
    if (keys.isEmpty()) {
      return "an empty dict";
    }
    StringJoiner first = new StringJoiner(", ", "a dict with the keys ", "");
    int left = MOST_KEYS;
    for (Object key : keys) {
      if (left-- == 0) {
        first.add("... (%d in all)".formatted(keys.size()));
        break;
      }
      first.add(quoted(key));
    }
    return first.toString();
  }

  /** A scalar as Python prints it, cut short where it is long. */
  static String quoted(@Nullable Object value) {
    String text = String.valueOf(value);
    text = text.length() > 80 ? text.substring(0, 80) + "..." : text;
    return value instanceof String ? "'" + text + "'" : text;
  }
}
