package dev.tern.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.tern.Tensor;
import dev.tern.device.Generator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What the samplers of PyTorch 1.13 draw after {@code torch.manual_seed(3)}. */
class SamplerTest {
  private static final double[] WEIGHTS = {0.1, 3, 0, 2, 0.5, 1};

  private static int[] drawn(Sampler sampler) {
    Generator.manualSeed(3);
    int[] indices = sampler.indices(null);
    assertEquals(sampler.size(), indices.length);
    return indices;
  }

  @Test
  void sequentialAndFixedOrders() {
    assertArrayEquals(new int[] {0, 1, 2}, drawn(Sampler.sequential(3)));
    assertArrayEquals(new int[] {2, 0}, drawn(Sampler.of(2, 0)));
  }

  @Test
  void randomOrdersAgainAndAgain() {
    assertArrayEquals(
        new int[] {2, 1, 0, 4, 3, 3, 0, 1, 2, 4, 3, 4, 0}, drawn(Sampler.random(5, 13)));
  }

  @Test
  void withReplacement() {
    int[] first = {2, 3, 0, 1, 3, 1, 2, 2, 3, 4, 3, 1, 2, 0, 0, 4, 2, 0, 3, 4, 1, 3, 0, 1, 3, 1, 2};
    int[] indices = drawn(Sampler.withReplacement(5, 70));
    assertArrayEquals(first, Arrays.copyOf(indices, first.length));
    assertArrayEquals(new int[] {1, 4, 2, 0}, Arrays.copyOfRange(indices, 66, 70));
  }

  @Test
  void subsetsInARandomOrder() {
    assertArrayEquals(
        new int[] {23, 4, 16, 15, 8, 42}, drawn(Sampler.subsetRandom(4, 8, 15, 16, 23, 42)));
  }

  @Test
  void byWeight() {
    assertArrayEquals(
        new int[] {1, 1, 4, 1, 3, 3, 1, 1, 1, 4, 1, 3}, drawn(Sampler.weighted(WEIGHTS, 12, true)));
    assertArrayEquals(new int[] {3, 1, 0, 5, 4}, drawn(Sampler.weighted(WEIGHTS, 5, false)));
    assertArrayEquals(new int[] {1}, drawn(Sampler.weighted(WEIGHTS, 1, true)));
    assertThrows(IllegalArgumentException.class, () -> Sampler.weighted(WEIGHTS, 6, false));
    assertThrows(
        IllegalArgumentException.class, () -> Sampler.weighted(new double[] {0, 0}, 1, true));
    assertThrows(
        IllegalArgumentException.class, () -> Sampler.weighted(new double[] {1, -1}, 1, true));
  }

  private static Dataset numbers(int n) {
    return new TensorDataset(Tensor.arange(n), Tensor.arange(n));
  }

  private static List<List<Long>> epoch(DataLoader loader) {
    List<List<Long>> batches = new ArrayList<>();
    for (Batch batch : loader) {
      batches.add(Arrays.stream(batch.targets().toLongArray()).boxed().toList());
    }
    return batches;
  }

  @Test
  void aLoaderVisitsWhatItsSamplerChooses() {
    Generator.manualSeed(3);
    DataLoader loader =
        DataLoader.of(numbers(5))
            .batchSize(4)
            .sampler(Sampler.weighted(new double[] {1, 2, 3, 4, 5}, 12, true));
    assertEquals(3, loader.size());
    assertEquals(
        List.of(List.of(2L, 4L, 1L, 4L), List.of(3L, 1L, 3L, 3L), List.of(4L, 1L, 3L, 3L)),
        epoch(loader));
  }

  @Test
  void aBatchSamplerChoosesTheBatchesThemselves() {
    BatchSampler evenThenOdd =
        new BatchSampler() {
          @Override
          public int size() {
            return 2;
          }

          @Override
          public List<int[]> batches(@Nullable Generator generator) {
            return List.of(new int[] {0, 2, 4}, new int[] {1, 3});
          }
        };
    DataLoader loader = DataLoader.of(numbers(5)).batchSampler(evenThenOdd);
    assertEquals(2, loader.size());
    assertEquals(List.of(List.of(0L, 2L, 4L), List.of(1L, 3L)), epoch(loader));
  }

  @Test
  void aCollateFunctionMakesTheBatches() {
    Dataset uneven =
        new Dataset() {
          @Override
          public int size() {
            return 2;
          }

          @Override
          public Sample get(int index) {
            return new Sample(Tensor.ones(index + 1), Tensor.arange(1));
          }
        };
    DataLoader loader =
        DataLoader.of(uneven)
            .batchSize(2)
            .collate(
                samples ->
                    new Batch(
                        Tensor.cat(samples.stream().map(Sample::input).toList(), 0),
                        Tensor.cat(samples.stream().map(Sample::target).toList(), 0)));
    assertEquals(3, loader.iterator().next().inputs().size(0));
    assertEquals(
        List.of(List.of(0L, 1L), List.of(2L)),
        epoch(DataLoader.of(numbers(3)).batchSize(2).collate(Collate.STACK)));
  }
}
