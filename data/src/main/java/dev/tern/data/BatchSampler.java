package dev.tern.data;

import dev.tern.device.Generator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the batches of an epoch, {@code torch.utils.data.BatchSampler}; write your own to put
 * examples of one length together.
 */
public interface BatchSampler {
  /** The number of batches in an epoch. */
  int size();

  /**
   * The batches of an epoch, in their order.
   *
   * @param generator the loader's own generator; null where it has none: the thread's default one
   *     then
   */
  List<int[]> batches(@Nullable Generator generator);

  /** Called at the end of an epoch that was seen through. */
  default void ended(@Nullable Generator generator) {}

  /**
   * What a sampler gives, cut into batches of one size; the last may be smaller, or is left out.
   *
   * @throws IllegalArgumentException if the size is below 1
   */
  static BatchSampler of(Sampler sampler, int batchSize, boolean dropLast) {
    if (batchSize < 1) {
      throw new IllegalArgumentException(
          "DataLoader: batchSize %d; expected 1 or more".formatted(batchSize));
    }
    return new BatchSampler() {
      @Override
      public int size() {
        int n = sampler.size();
        return n / batchSize + (n % batchSize == 0 || dropLast ? 0 : 1);
      }

      @Override
      public List<int[]> batches(@Nullable Generator generator) {
        int[] order = sampler.indices(generator);
        List<int[]> batches = new ArrayList<>();
        for (int i = 0; i < size(); i++) {
          int start = i * batchSize;
          int end = (int) Math.min((long) start + batchSize, order.length);
          batches.add(Arrays.copyOfRange(order, start, end));
        }
        return batches;
      }

      @Override
      public void ended(@Nullable Generator generator) {
        sampler.ended(generator);
      }
    };
  }
}
