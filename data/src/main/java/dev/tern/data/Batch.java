package dev.tern.data;

import dev.tern.Tensor;

/**
 * Several examples, stacked along a first dimension.
 *
 * @param inputs what the model is given, {@code [N, ...]}
 * @param targets what it should answer, {@code [N, ...]}
 */
public record Batch(Tensor inputs, Tensor targets) {
  /** The number of examples, N. */
  public int size() {
    return inputs.size(0);
  }
}
