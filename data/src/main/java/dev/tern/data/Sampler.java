package dev.tern.data;

import dev.tern.device.Generator;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the examples of an epoch and their order, {@code torch.utils.data.Sampler}. From a seed
 * each draws what PyTorch's of the same name draws.
 */
public interface Sampler {
  /** The number of examples in an epoch. */
  int size();

  /**
   * The examples of an epoch, in their order.
   *
   * @param generator the loader's own generator; null where it has none: the thread's default one
   *     then
   */
  int[] indices(@Nullable Generator generator);

  /** Called at the end of an epoch that was seen through. */
  default void ended(@Nullable Generator generator) {}

  /** All of n examples in their order, {@code SequentialSampler}. */
  static Sampler sequential(int n) {
    return new Samplers.Sequential(n);
  }

  /** All of n examples in a random order, {@code RandomSampler}. */
  static Sampler random(int n) {
    return new Samplers.Shuffled(n, n);
  }

  /**
   * Some of n examples: random orders of all, one after the other, until there are enough, {@code
   * RandomSampler(num_samples=...)}.
   *
   * @throws IllegalArgumentException if n or the number of samples is below 1
   */
  static Sampler random(int n, int numSamples) {
    return new Samplers.Shuffled(n, numSamples);
  }

  /**
   * Each drawn anew from all of n examples, {@code RandomSampler(replacement=True)}.
   *
   * @throws IllegalArgumentException if n or the number of samples is below 1
   */
  static Sampler withReplacement(int n, int numSamples) {
    return new Samplers.WithReplacement(n, numSamples);
  }

  /** These examples in a random order, {@code SubsetRandomSampler}. */
  static Sampler subsetRandom(int... indices) {
    return new Samplers.SubsetRandom(indices.clone());
  }

  /**
   * Examples drawn by their weights, {@code WeightedRandomSampler}.
   *
   * @param weights one for each example, at least 0; they need not add up to 1
   * @param replacement whether an example can be drawn again
   * @throws IllegalArgumentException if a weight is negative or not finite, all are 0, or, without
   *     replacement, fewer are above 0 than are to be drawn
   */
  static Sampler weighted(double[] weights, int numSamples, boolean replacement) {
    return new Samplers.Weighted(weights.clone(), numSamples, replacement);
  }

  /** A fixed order. */
  static Sampler of(int... indices) {
    int[] order = indices.clone();
    return new Sampler() {
      @Override
      public int size() {
        return order.length;
      }

      @Override
      public int[] indices(@Nullable Generator generator) {
        return order.clone();
      }

      @Override
      public String toString() {
        return "Sampler.of" + Arrays.toString(order);
      }
    };
  }
}
