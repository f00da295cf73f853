package dev.tern.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tern.Tensor;
import dev.tern.device.Generator;
import dev.tern.shape.StateDictException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Epochs that are left and gone on with, and those that several threads fetch. */
@Timeout(60)
class EpochTest {
  /** Examples that draw from the default generator, as augmentations do. */
  private static final Dataset NOISY =
      new Dataset() {
        @Override
        public int size() {
          return 23;
        }

        @Override
        public Sample get(int index) {
          return new Sample(Tensor.rand(2), Tensor.scalar(index));
        }
      };

  private static String text(Batch batch) {
    return Arrays.toString(batch.targets().toDoubleArray())
        + Arrays.toString(batch.inputs().toDoubleArray());
  }

  private static List<String> rest(Iterator<Batch> epoch) {
    List<String> rest = new ArrayList<>();
    epoch.forEachRemaining(batch -> rest.add(text(batch)));
    return rest;
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3})
  void anEpochGoesOnWhereItWasLeft(int workers) {
    DataLoader loader = DataLoader.of(NOISY).batchSize(4).shuffle(true);
    loader = workers == 0 ? loader : loader.workers(workers);
    for (int given = 0; given <= loader.size(); given++) {
      Generator.manualSeed(7);
      Epoch epoch = loader.iterator();
      for (int i = 0; i < given; i++) {
        epoch.next();
      }
      Map<String, Object> state = epoch.stateDict();
      byte[] generator = Generator.current().getState();
      List<String> expected = rest(epoch);
      byte[] after = Generator.current().getState();
      Generator.manualSeed(99); // another program
      Generator.current().setState(generator);
      Epoch resumed = loader.resume(state);
      assertArrayEquals(generator, Generator.current().getState());
      assertEquals(given, resumed.given());
      assertEquals(expected, rest(resumed), "after " + given);
      assertArrayEquals(after, Generator.current().getState());
    }
  }

  @Test
  void aGeneratorOfTheLoadersOwnGoesOnToo() {
    Generator own = Generator.of(5);
    DataLoader loader = DataLoader.of(NOISY).batchSize(4).shuffle(true).generator(own);
    Epoch epoch = loader.iterator();
    epoch.next();
    Map<String, Object> state = epoch.stateDict();
    byte[] generator = Generator.current().getState();
    List<String> expected = rest(epoch);
    expected.addAll(rest(loader.iterator()));
    Generator other = Generator.of(6);
    Generator.current().setState(generator);
    DataLoader again = DataLoader.of(NOISY).batchSize(4).shuffle(true).generator(other);
    List<String> resumed = rest(again.resume(state));
    resumed.addAll(rest(again.iterator()));
    assertEquals(expected, resumed);
  }

  @Test
  void aStateThatDoesNotFitIsRefused() {
    DataLoader loader = DataLoader.of(NOISY).batchSize(4);
    Map<String, Object> state = loader.iterator().stateDict();
    String message =
        assertThrows(StateDictException.class, () -> loader.batchSize(5).resume(state))
            .getMessage();
    assertTrue(message.contains("0 of 6 batches") && message.contains("has 5"), message);
    message =
        assertThrows(StateDictException.class, () -> loader.resume(Map.of("num_yielded", "x")))
            .getMessage();
    for (String part : List.of("'generator'", "'num_yielded'", "'num_batches'")) {
      assertTrue(message.contains(part), message);
    }
  }

  @Test
  void anEpochCanBeLoopedOver() {
    int count = 0;
    Epoch epoch = DataLoader.of(NOISY).iterator();
    for (Batch batch : epoch) {
      count += batch.size();
    }
    assertEquals(23, count);
    assertFalse(epoch.hasNext());
  }

  @Test
  void workersFetchAtTheSameTimeAndInOrder() throws InterruptedException {
    CountDownLatch three = new CountDownLatch(3);
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    Dataset slow =
        new Dataset() {
          @Override
          public int size() {
            return 12;
          }

          @Override
          public Sample get(int index) {
            most.accumulateAndGet(inside.incrementAndGet(), Math::max);
            try {
              three.countDown();
              assertTrue(three.await(30, TimeUnit.SECONDS), "three at the same time");
              Thread.sleep(index % 3 == 0 ? 20 : 1);
            } catch (InterruptedException e) {
              throw new IllegalStateException(e);
            }
            inside.decrementAndGet();
            if (index == 7) {
              throw new IllegalStateException("unreadable");
            }
            return new Sample(Tensor.scalar(index), Tensor.scalar(index));
          }
        };
    Iterator<Batch> epoch = DataLoader.of(slow).workers(3).iterator();
    for (int i = 0; i < 12; i++) {
      if (i == 7) {
        SampleException e = assertThrows(SampleException.class, epoch::next);
        assertEquals(7, e.index());
      } else {
        assertEquals(i, epoch.next().targets().item());
      }
    }
    assertFalse(epoch.hasNext());
    assertEquals(3, most.get());
  }

  @Test
  void augmentationsDoNotDependOnTheNumberOfWorkers() {
    List<List<String>> epochs = new ArrayList<>();
    for (int workers : new int[] {1, 2, 4}) {
      Generator.manualSeed(1);
      epochs.add(rest(DataLoader.of(NOISY).shuffle(true).batchSize(3).workers(workers).iterator()));
    }
    assertEquals(epochs.get(0), epochs.get(1));
    assertEquals(epochs.get(0), epochs.get(2));
  }
}
