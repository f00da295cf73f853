package dev.tern.optim;

import dev.tern.Tensor;
import java.util.IdentityHashMap;
import java.util.Map;

/** How many steps each parameter has taken. */
final class Steps {
  private final Map<Tensor, Integer> counts = new IdentityHashMap<>();

  /** Counts one more; the first is 1. */
  int next(Tensor parameter) {
    return counts.merge(parameter, 1, Integer::sum);
  }
}
