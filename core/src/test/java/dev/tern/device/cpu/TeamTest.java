package dev.tern.device.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.ref.WeakReference;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TeamTest {
  private final int before = Team.threads();

  @BeforeEach
  void threeThreads() {
    Team.setThreads(3);
  }

  @AfterEach
  void asBefore() {
    Team.setThreads(before);
  }

  @Test
  void runsEachTaskOnce() throws InterruptedException {
    for (int round = 0; round < 2000; round++) {
      int tasks = round % 37;
      var ran = new AtomicIntegerArray(tasks);
      Team.run(tasks, ran::incrementAndGet);
      for (int i = 0; i < tasks; i++) {
        assertEquals(1, ran.get(i), "task " + i);
      }
      if (round % 400 == 0) {
        Thread.sleep(5); // long enough for the team to park
        Team.setThreads(1 + round / 400);
      }
    }
  }

  @Test
  void aThreadBeginsWithTheSameTasksEachTime() {
    Thread[] first = ranByWhom();
    for (int round = 0; round < 200; round++) {
      assertArrayEquals(first, ranByWhom(), "round " + round);
    }
  }

  /** Of three tasks that wait for each other, so that each is on a thread of its own. */
  private static Thread[] ranByWhom() {
    var threads = new Thread[3];
    var begun = new AtomicInteger();
    Team.run(
        3,
        i -> {
          threads[i] = Thread.currentThread();
          begun.incrementAndGet();
          while (begun.get() < 3) {
            Thread.onSpinWait();
          }
        });
    return threads;
  }

  @Test
  void tasksMayRunTasks() {
    var sum = new LongAdder();
    Team.run(8, i -> Team.run(8, j -> sum.add(8L * i + j)));
    assertEquals(63 * 64 / 2, sum.sum());
  }

  @Test
  void exceptionsReachTheCaller() {
    var thrown =
        assertThrows(
            IllegalStateException.class,
            () ->
                Team.run(
                    50,
                    i -> {
                      if (i == 7) {
                        throw new IllegalStateException("seven");
                      }
                    }));
    assertEquals("seven", thrown.getMessage());
    runsAgain();
  }

  private static void runsAgain() {
    var sum = new LongAdder();
    Team.run(10, sum::add);
    assertEquals(45, sum.sum());
  }

  @Test
  void severalCallersAtOnce() throws InterruptedException {
    var sum = new LongAdder();
    Runnable caller =
        () -> {
          for (int i = 0; i < 500; i++) {
            Team.run(11, sum::add);
          }
        };
    var threads = new Thread[] {new Thread(caller), new Thread(caller), new Thread(caller)};
    for (Thread thread : threads) {
      thread.start();
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertEquals(3 * 500 * 55, sum.sum());
  }

  @Test
  void aThreadThatParksWhileAnotherIsBusyKeepsNothing() throws InterruptedException {
    Team.setThreads(2);
    WeakReference<Object> array = withOneThreadBusy();
    for (int i = 0; i < 50 && array.get() != null; i++) {
      Thread.sleep(20);
      System.gc();
    }
    assertNull(array.get());
  }

  private static WeakReference<Object> withOneThreadBusy() {
    Object array = new float[1];
    Thread caller = Thread.currentThread();
    var begun = new AtomicInteger();
    Team.run(
        2,
        i -> {
          begun.incrementAndGet();
          while (begun.get() < 2) {
            Thread.onSpinWait();
          }
          if (Thread.currentThread() == caller) {
            LockSupport.parkNanos(array, 50_000_000); // long enough for the other to park
          }
        });
    return new WeakReference<>(array);
  }

  @Test
  void refusesNoThreads() {
    assertThrows(IllegalArgumentException.class, () -> Team.setThreads(0));
  }

  @Test
  void thePoolHandsOutWhatItWasGiven() {
    for (int n = 1; n < 5_000_000; n = n * 5 / 3 + 1) {
      float[] array = BufferPool.floats(n);
      assertTrue(array.length >= n && array.length <= n * 1.25 + 1, n + " gave " + array.length);
      BufferPool.give(array);
      double[] wide = BufferPool.doubles(n);
      assertTrue(wide.length >= n && wide.length <= n * 1.25 + 1, n + " gave " + wide.length);
      BufferPool.give(wide);
    }
    float[] array = BufferPool.floats(3000);
    float[] other = BufferPool.floats(3000);
    assertNotSame(array, other);
    BufferPool.give(array);
    assertSame(array, BufferPool.floats(2900));
  }
}
