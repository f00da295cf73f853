package dev.tern.device.cpu;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The kernels' threads: one team, shared by all callers. A thread without work spins for a fifth of
 * a millisecond, so that the next kernel of a training step finds it awake, and then parks.
 *
 * <p>Who calls {@link #run} splits the work by its shape alone, or so that the order of every sum
 * is the same however it is split ({@link Gemm}); so results have the same bits on any number of
 * threads.
 */
final class Team {
  /**
   * How long to spin before parking, in nanoseconds: longer than the JVM takes to zero a result of
   * 4 MB, which one thread does between two kernels.
   */
  private static final long SPIN = 200_000;

  /** Rounds of {@link Thread#onSpinWait} between two looks at the clock. */
  private static final int ROUNDS = 32;

  /** Elements that are read in the time that it takes to wake a thread, some 20 µs. */
  private static final int ENOUGH = 1 << 15;

  private static final AtomicBoolean held = new AtomicBoolean();
  private static volatile int threads =
      Math.max(1, Integer.getInteger("tern.threads", Runtime.getRuntime().availableProcessors()));
  private static volatile @Nullable Job current;

  /** Guarded by {@link #held}. */
  private static Worker[] workers = {};

  private Team() {}

  /** How many threads a kernel may use, the caller's included. */
  static int threads() {
    return threads;
  }

  /** Sets {@link #threads}, from the next kernel on. */
  static void setThreads(int count) {
    if (count < 1) {
      throw new IllegalArgumentException("threads: got " + count + ", at least 1 fits");
    }
    threads = count;
  }

  /**
   * Runs tasks 0 to tasks - 1, in any order, and returns when all are done. The caller takes part.
   * All run on the caller alone if there is one task or one thread, inside another task, or while
   * another thread holds the team. The first exception of a task is thrown here; tasks not yet
   * begun are then left out.
   */
  static void run(int tasks, IntConsumer task) {
    run(tasks, ENOUGH, task);
  }

  /**
   * As {@link #run(int, IntConsumer)}; on the caller alone where there is little to do.
   *
   * @param work about how many elements are read
   */
  static void run(int tasks, long work, IntConsumer task) {
    if (tasks <= 1 || work < ENOUGH || threads == 1 || !held.compareAndSet(false, true)) {
      for (int i = 0; i < tasks; i++) {
        task.accept(i);
      }
      return;
    }
    Job job;
    try {
      staff(threads - 1);
      job = new Job(task, tasks, workers.length + 1);
      current = job;
      for (int i = 0; i < Math.min(workers.length, tasks - 1); i++) {
        if (workers[i].parked) {
          LockSupport.unpark(workers[i]);
        }
      }
      job.work(0);
      job.await();
    } finally {
      current = null;
      held.set(false);
    }
    job.rethrow();
  }

  private static void staff(int count) {
    if (workers.length == count) {
      return;
    }
    var staff = new Worker[count];
    for (int i = 0; i < Math.max(count, workers.length); i++) {
      if (i >= count) {
        workers[i].dismissed = true;
        LockSupport.unpark(workers[i]);
      } else if (i < workers.length) {
        staff[i] = workers[i];
      } else {
        staff[i] = new Worker(i + 1);
        staff[i].start();
      }
    }
    workers = staff;
  }

  private static final class Worker extends Thread {
    private final int number;
    volatile boolean parked;
    volatile boolean dismissed;

    Worker(int number) {
      super("tern-kernel-" + number);
      this.number = number;
      setDaemon(true);
    }

    @Override
    public void run() {
      Job last = null;
      while (!dismissed) {
        Job job = next(last);
        if (job != null) {
          job.work(number);
          last = job;
          continue;
        }
        last = null; // not to keep the caller's arrays reachable while parked
        parked = true;
        // set before parked was read, or parked is seen and this thread woken; not kept either
        if (!dismissed && isExhausted(current)) {
          LockSupport.park(this);
        }
        parked = false;
      }
    }

    private static boolean isExhausted(@Nullable Job job) {
      return job == null || job.isExhausted();
    }

    /** What {@link #current} is when it is not the last job any more, or after a while. */
    private static @Nullable Job next(@Nullable Job last) {
      long start = System.nanoTime();
      Job job = current;
      for (int i = 1; job == null || job == last; i++) {
        if (i % ROUNDS == 0 && System.nanoTime() - start > SPIN) {
          return null;
        }
        Thread.onSpinWait();
        job = current;
      }
      return job;
    }
  }

  /**
   * Tasks in equal shares, one a thread, which goes on with the others' when it has done its own.
   * Kernels that follow each other have their tasks in the order of the same memory, so a thread
   * mostly finds in its cache what it left there, and seldom waits for another core's.
   */
  private static final class Job {
    private final IntConsumer task;
    private final int tasks;
    private final int shares;
    private final Thread caller = Thread.currentThread();
    private final AtomicIntegerArray next; // task of each share
    private final AtomicInteger done = new AtomicInteger();
    private volatile @Nullable Throwable failure;

    Job(IntConsumer task, int tasks, int shares) {
      this.task = task;
      this.tasks = tasks;
      this.shares = shares;
      next = new AtomicIntegerArray(shares);
      for (int i = 1; i < shares; i++) {
        next.setPlain(i, end(i - 1));
      }
    }

    private int end(int share) {
      return (int) ((share + 1L) * tasks / shares);
    }

    boolean isExhausted() {
      for (int i = 0; i < shares; i++) {
        if (next.get(i) < end(i)) {
          return false;
        }
      }
      return true;
    }

    /** Takes tasks, those of this share first. */
    void work(int share) {
      for (int i = 0; i < shares; i++) {
        workOn((share + i) % shares);
      }
    }

    private void workOn(int share) {
      int end = end(share);
      for (int i = next.getAndIncrement(share); i < end; i = next.getAndIncrement(share)) {
        try {
          if (failure == null) {
            task.accept(i);
          }
        } catch (Throwable thrown) { // whatever it is, it belongs to the caller
          failure = thrown;
        }
        if (done.incrementAndGet() == tasks && Thread.currentThread() != caller) {
          LockSupport.unpark(caller);
        }
      }
    }

    void await() {
      long start = System.nanoTime();
      for (int i = 1; done.get() < tasks; i++) {
        if (i % ROUNDS != 0 || System.nanoTime() - start < SPIN) {
          Thread.onSpinWait();
        } else {
          LockSupport.parkNanos(this, 1_000_000);
        }
      }
    }

    void rethrow() {
      Throwable thrown = failure;
      if (thrown instanceof RuntimeException) {
        throw (RuntimeException) thrown;
      } else if (thrown instanceof Error) {
        throw (Error) thrown;
      } else if (thrown != null) {
        throw new IllegalStateException(thrown);
      }
    }
  }
}
