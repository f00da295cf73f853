package dev.tern.data;

import dev.tern.Tensor;
import java.util.List;

/** Makes a batch of examples, the {@code collate_fn} of a {@link DataLoader}. */
@FunctionalInterface
public interface Collate {
  /** Stacks inputs and targets, which all have one shape: what a loader does unless told. */
  Collate STACK =
      samples ->
          new Batch(
              Tensor.stack(samples.stream().map(Sample::input).toList(), 0),
              Tensor.stack(samples.stream().map(Sample::target).toList(), 0));

  /**
   * One batch of these examples.
   *
   * @param samples in the order of the batch, never empty
   */
  Batch collate(List<Sample> samples);
}
