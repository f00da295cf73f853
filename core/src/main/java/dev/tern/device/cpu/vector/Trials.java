package dev.tern.device.cpu.vector;

import java.util.Arrays;

/**
 * Which kernels go to the vectors. Until the JVM has compiled a vector kernel each of its
 * operations makes objects, and a plain loop is a hundred times faster. So plain loops serve a
 * program's first calls; then one call in a few goes to the vectors, until they are the faster ones
 * ({@code docs/adr/017}).
 *
 * <p>When that is depends on the JVM's compiler and on the clock. Results do not: both give the
 * same bits.
 */
final class Trials {
  /** Before any trial come so many operations of plain loops, two or three tenths of a second. */
  private static final long PATIENCE = 300_000_000;

  /** One call in so many is a trial. */
  private static final int EVERY = 4;

  /** A call of fewer operations says nothing about the vectors. */
  private static final int ENOUGH = 512;

  /** After so many calls a kernel goes to the vectors whatever its trials took. */
  private static final int MOST = 1 << 16;

  private final long origin = System.nanoTime();

  /** Seen late by another thread, it costs a plain call more and nothing else. */
  private final boolean[] done;

  // guarded by this
  private final int[] calls;
  private final long[] plainTime;
  private final long[] plainWork;
  private long allWork;

  Trials(int kernels) {
    done = new boolean[kernels];
    calls = new int[kernels];
    plainTime = new long[kernels];
    plainWork = new long[kernels];
  }

  /** For kernels that are used whether compiled or not. */
  static Trials none(int kernels) {
    var none = new Trials(kernels);
    Arrays.fill(none.done, true);
    return none;
  }

  /**
   * Begins a call.
   *
   * @return what {@link #end} wants to know; below 0 if plain loops are to serve the call
   */
  long begin(int kernel) {
    if (done[kernel]) {
      return 0;
    }
    long now = now();
    return isTrial(kernel) ? now : -now;
  }

  /**
   * Ends a call.
   *
   * @param work about how many operations there were
   */
  void end(int kernel, long begun, long work) {
    if (begun < 0) {
      served(kernel, now() + begun, work);
    } else if (begun > 0) {
      tried(kernel, now() - begun, work);
    }
  }

  private long now() {
    return System.nanoTime() - origin + 1;
  }

  private synchronized boolean isTrial(int kernel) {
    calls[kernel]++;
    return allWork >= PATIENCE && plainWork[kernel] > 0 && calls[kernel] % EVERY == 0;
  }

  private synchronized void served(int kernel, long time, long work) {
    plainTime[kernel] += time;
    plainWork[kernel] += work;
    allWork += work;
  }

  private synchronized void tried(int kernel, long time, long work) {
    double plain = (double) plainTime[kernel] / plainWork[kernel];
    done[kernel] = work >= ENOUGH && time <= plain * work || calls[kernel] >= MOST;
  }
}
