package dev.tern.nn;

import java.util.List;
import java.util.stream.Collectors;

/**
 * What did not match when a state dict was loaded.
 *
 * @param missingKeys keys of the module that the state dict lacks; those parts are as they were
 * @param unexpectedKeys keys of the state dict that the module lacks; they were ignored
 */
public record IncompatibleKeys(List<String> missingKeys, List<String> unexpectedKeys) {
  /** Copies the lists. */
  public IncompatibleKeys {
    missingKeys = List.copyOf(missingKeys);
    unexpectedKeys = List.copyOf(unexpectedKeys);
  }

  /** As PyTorch prints it: {@code <All keys matched successfully>} where both lists are empty. */
  @Override
  public String toString() {
    if (missingKeys.isEmpty() && unexpectedKeys.isEmpty()) {
      return "<All keys matched successfully>";
    }
    return "_IncompatibleKeys(missing_keys=%s, unexpected_keys=%s)"
        .formatted(python(missingKeys), python(unexpectedKeys));
  }

  private static String python(List<String> keys) {
    return keys.stream().map(key -> "'" + key + "'").collect(Collectors.joining(", ", "[", "]"));
  }
}
