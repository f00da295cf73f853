package dev.tern.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tern.Tensor;
import dev.tern.device.Generator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class DataLoaderTest {
  /** Examples whose input is their index. */
  private record Numbered(int size, IntFunction<Sample> fetch) implements Dataset {
    Numbered(int size) {
      this(size, i -> new Sample(Tensor.of((float) i), Tensor.from(new long[] {i})));
    }

    @Override
    public Sample get(int index) {
      return fetch.apply(index);
    }
  }

  private static List<List<Integer>> epoch(DataLoader loader) {
    List<List<Integer>> batches = new ArrayList<>();
    for (Batch batch : loader) {
      batches.add(Arrays.stream(batch.targets().toLongArray()).mapToObj(v -> (int) v).toList());
    }
    return batches;
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3, 100})
  void visitsTheDataInPyTorchsOrder(int prefetch) {
    // random.json, dataloader_20_b6_two_epochs of seed 0
    List<List<Integer>> first =
        List.of(
            List.of(6, 15, 11, 13, 9, 2),
            List.of(1, 17, 16, 8, 5, 12),
            List.of(18, 3, 19, 10, 14, 4),
            List.of(7, 0));
    List<List<Integer>> second =
        List.of(
            List.of(12, 1, 13, 14, 10, 19),
            List.of(9, 18, 15, 11, 16, 17),
            List.of(4, 2, 5, 0, 8, 6),
            List.of(7, 3));
    DataLoader loader =
        DataLoader.of(new Numbered(20)).batchSize(6).shuffle(true).prefetch(prefetch);
    Generator.manualSeed(0);
    assertEquals(first, epoch(loader));
    assertEquals(second, epoch(loader));
  }

  @Test
  void anIterationDrawsOneNumberAndWhenShufflingTwo() {
    Generator expected = Generator.of(5);
    Generator.manualSeed(5);
    DataLoader plain = DataLoader.of(new Numbered(7)).batchSize(3);
    assertEquals(List.of(List.of(0, 1, 2), List.of(3, 4, 5), List.of(6)), epoch(plain));
    expected.random63();
    assertArrayEquals(expected.getState(), Generator.current().getState());
    epoch(plain.shuffle(true));
    expected.random63();
    expected.random63();
    assertArrayEquals(expected.getState(), Generator.current().getState());
  }

  @Test
  void aGeneratorOfItsOwnDrawsThePermutationItself() {
    Generator.manualSeed(8);
    byte[] untouched = Generator.current().getState();
    Generator own = Generator.of(3);
    DataLoader loader = DataLoader.of(new Numbered(9)).batchSize(9).shuffle(true).generator(own);
    Generator expected = Generator.of(3);
    for (int i = 0; i < 2; i++) {
      expected.random63();
      List<Integer> order = Arrays.stream(expected.permutation(9)).boxed().toList();
      assertEquals(List.of(order), epoch(loader));
      expected.permutation(9);
    }
    assertArrayEquals(expected.getState(), own.getState());
    assertArrayEquals(untouched, Generator.current().getState());
  }

  @Test
  void batchesAreStackedAndTheLastMayBeLeftOut() {
    DataLoader loader = DataLoader.of(new Numbered(7)).batchSize(3);
    assertEquals(3, loader.size());
    assertEquals(2, loader.dropLast(true).size());
    assertEquals(7, DataLoader.of(new Numbered(7)).size());
    Batch batch = loader.iterator().next();
    assertEquals(3, batch.size());
    assertArrayEquals(new int[] {3, 1}, batch.inputs().shape().toArray());
    assertArrayEquals(new float[] {0, 1, 2}, batch.inputs().toFloatArray());
    assertArrayEquals(new int[] {3}, batch.targets().shape().toArray());
    assertEquals(List.of(List.of(0, 1, 2), List.of(3, 4, 5)), epoch(loader.dropLast(true)));
    assertEquals(List.of(), epoch(loader.batchSize(8).dropLast(true)));
    assertEquals(List.of(List.of(0, 1, 2, 3, 4, 5, 6)), epoch(loader.batchSize(Integer.MAX_VALUE)));
  }

  @Test
  void anIteratorThatEndedSaysSo() {
    Iterator<Batch> one = DataLoader.of(new Numbered(1)).iterator();
    one.next();
    assertFalse(one.hasNext());
    assertThrows(NoSuchElementException.class, one::next);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 2})
  void anErrorNamesTheSampleAndTheIterationGoesOn(int prefetch) {
    Dataset faulty =
        new Numbered(
            6,
            i -> {
              if (i == 3) {
                throw new IllegalStateException("unreadable");
              }
              return new Sample(Tensor.of((float) i), Tensor.from(new long[] {i}));
            });
    Iterator<Batch> epoch = DataLoader.of(faulty).batchSize(2).prefetch(prefetch).iterator();
    epoch.next();
    SampleException e = assertThrows(SampleException.class, epoch::next);
    assertEquals(3, e.index());
    assertEquals("sample 3: unreadable", e.getMessage());
    assertTrue(e.getCause() instanceof IllegalStateException);
    assertArrayEquals(new long[] {4, 5}, epoch.next().targets().toLongArray());
    assertFalse(epoch.hasNext());
  }

  @Test
  void samplesThatDoNotStackAreNamed() {
    Dataset uneven =
        new Numbered(3, i -> new Sample(Tensor.zeros(i == 2 ? 5 : 4), Tensor.from(new long[] {i})));
    SampleException e =
        assertThrows(SampleException.class, () -> epoch(DataLoader.of(uneven).batchSize(3)));
    assertEquals(2, e.index());
    assertTrue(e.getMessage().contains("[5]") && e.getMessage().contains("[4]"), e.getMessage());
  }

  @Test
  void prefetchingFetchesAheadButNoFurtherAndOneAtATime() throws InterruptedException {
    Set<Integer> fetched = ConcurrentHashMap.newKeySet();
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    CountDownLatch three = new CountDownLatch(3);
    Dataset watched =
        new Numbered(
            50,
            i -> {
              most.accumulateAndGet(inside.incrementAndGet(), Math::max);
              fetched.add(i);
              inside.decrementAndGet();
              three.countDown();
              return new Sample(Tensor.of((float) i), Tensor.from(new long[] {i}));
            });
    Iterator<Batch> epoch = DataLoader.of(watched).prefetch(3).iterator();
    assertTrue(three.await(30, TimeUnit.SECONDS)); // without next() being called
    assertEquals(Set.of(0, 1, 2), fetched);
    while (epoch.hasNext()) {
      epoch.next();
    }
    assertEquals(50, fetched.size());
    assertEquals(1, most.get());
  }

  @Test
  void iteratorsThatAreLeftHoldNoThread() {
    DataLoader loader = DataLoader.of(new Numbered(100)).prefetch(4);
    for (int i = 0; i < 500; i++) {
      loader.iterator().next();
    }
    epoch(loader.batchSize(100)); // the pool is at rest but for the tasks just queued
    long threads =
        Thread.getAllStackTraces().keySet().stream()
            .filter(t -> t.getName().equals("tern-data"))
            .peek(t -> assertTrue(t.isDaemon()))
            .count();
    assertTrue(threads < 250, threads + " threads after 500 iterators");
  }

  @Test
  void augmentationsOnTheBackgroundThreadAreRepeatable() {
    Dataset noisy =
        new Numbered(
            10,
            i -> {
              float[] noise = new float[1];
              Generator.current().uniform(noise, 0, 1, 0, 1);
              return new Sample(Tensor.of(noise), Tensor.from(new long[] {i}));
            });
    DataLoader loader = DataLoader.of(noisy).batchSize(4).prefetch(2);
    List<List<Float>> epochs = Collections.synchronizedList(new ArrayList<>());
    for (long seed : new long[] {1, 1, 2}) {
      Generator.manualSeed(seed);
      List<Float> values = new ArrayList<>();
      for (Batch batch : loader) {
        for (float value : batch.inputs().toFloatArray()) {
          values.add(value);
        }
      }
      epochs.add(values);
    }
    assertEquals(epochs.get(0), epochs.get(1));
    assertNotEquals(epochs.get(0), epochs.get(2));
    assertEquals(10, Set.copyOf(epochs.get(0)).size());
  }

  @Test
  void whatMakesNoSenseIsRefused() {
    DataLoader loader = DataLoader.of(new Numbered(3));
    assertMessage("batchSize 0; expected 1 or more", () -> loader.batchSize(0));
    assertMessage("prefetch -1; expected 0 or more", () -> loader.prefetch(-1));
    assertMessage("the dataset is empty", () -> DataLoader.of(new Numbered(0)));
  }

  private static void assertMessage(String part, org.junit.jupiter.api.function.Executable call) {
    String message = assertThrows(IllegalArgumentException.class, call).getMessage();
    assertTrue(message.contains(part), message);
  }
}
