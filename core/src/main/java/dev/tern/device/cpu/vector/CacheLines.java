package dev.tern.device.cpu.vector;

import java.lang.ref.WeakReference;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Where cache lines begin in an array. A vector that is in two lines takes two reads, and matrix
 * products from such vectors take an eighth longer, but the JVM does not tell where an array lies.
 * So reads from each possible beginning are timed, anew whenever the garbage collector may have
 * moved the array ({@code docs/adr/022}). What a kernel computes must not depend on the answer.
 */
final class CacheLines {
  private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
  private static final int L = S.length();

  /** Elements of a line: an array of so many more than needed has a line to begin with. */
  static final int LINE = 16;

  /** Objects begin at multiples of so many elements. */
  private static final int STEP = 2;

  /** Vectors that are read in one turn, enough of them to wait for nothing but reads. */
  private static final int TOGETHER = 8;

  /** How often they follow each other before the first ones are read again. */
  private static final int GROUPS = 4;

  /** Turns of a measurement: a third of a microsecond, or one where each vector is in two lines. */
  private static final int TURNS = 256;

  /** Measurements of each beginning, the shortest of which is free of what disturbs it. */
  private static final int ROUNDS = 5;

  /** Nanoseconds for a turn that only code takes which is not compiled. */
  private static final long COLD = 100;

  /** Operations that are worth the question, a turn of it while it is not compiled. */
  private static final long WORTH = 1 << 20;

  /** That many turns at most. */
  private static final int MOST_TURNS = 4096;

  private static final ThreadLocal<CacheLines> OWN = ThreadLocal.withInitial(CacheLines::new);

  private boolean compiled;
  private float[] array = {};
  private int start;

  /** To an object that nothing else refers to, so that it lives until the next collection. */
  private WeakReference<Object> witness = new WeakReference<>(null);

  private float sum;

  private CacheLines() {}

  /**
   * Less than {@link #LINE}: an element that begins a line; 0 if that cannot be told or hardly
   * matters, as for few operations, or where vectors are shorter than lines. The answer for the
   * thread's last array is kept.
   *
   * @param work about how many operations the caller will do
   */
  static int start(float[] array, long work) {
    return L == LINE && work >= WORTH && array.length >= LINE + GROUPS * TOGETHER * L
        ? OWN.get().find(array, work)
        : 0;
  }

  private int find(float[] array, long work) {
    if (this.array == array && witness.get() != null) {
      return start;
    }
    if (!compiled) {
      int turns = (int) Math.min(MOST_TURNS, work / WORTH);
      compiled = time(array, 0, turns) < COLD * turns;
      return 0;
    }
    witness = new WeakReference<>(new Object());
    this.array = array;
    start = measure(array);
    return start;
  }

  private int measure(float[] array) {
    long[] times = new long[LINE / STEP];
    Arrays.fill(times, Long.MAX_VALUE);
    for (int round = 0; round < ROUNDS; round++) {
      for (int i = 0; i < times.length; i++) {
        times[i] = Math.min(times[i], time(array, i * STEP, TURNS));
      }
    }
    int best = 0;
    for (int i = 1; i < times.length; i++) {
      best = times[i] < times[best] ? i : best;
    }
    long least = times[best];
    Arrays.sort(times);
    return 5 * least < 4 * times[times.length / 2] ? best * STEP : 0;
  }

  private long time(float[] array, int from, int turns) {
    long begin = System.nanoTime();
    sum += read(array, from, turns); // kept, for it not to be left out
    return System.nanoTime() - begin;
  }

  private static float read(float[] x, int from, int turns) {
    FloatVector a = FloatVector.zero(S);
    FloatVector b = a;
    FloatVector c = a;
    FloatVector d = a;
    FloatVector e = a;
    FloatVector f = a;
    FloatVector g = a;
    FloatVector h = a;
    for (int i = 0; i < turns; i++) {
      int at = from + i % GROUPS * (TOGETHER * L);
      a = a.add(FloatVector.fromArray(S, x, at));
      b = b.add(FloatVector.fromArray(S, x, at + L));
      c = c.add(FloatVector.fromArray(S, x, at + 2 * L));
      d = d.add(FloatVector.fromArray(S, x, at + 3 * L));
      e = e.add(FloatVector.fromArray(S, x, at + 4 * L));
      f = f.add(FloatVector.fromArray(S, x, at + 5 * L));
      g = g.add(FloatVector.fromArray(S, x, at + 6 * L));
      h = h.add(FloatVector.fromArray(S, x, at + 7 * L));
    }
    return a.add(b).add(c.add(d)).add(e.add(f).add(g.add(h))).lane(0);
  }
}
