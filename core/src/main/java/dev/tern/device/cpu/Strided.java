package dev.tern.device.cpu;

import dev.tern.shape.DTypeException;
import dev.tern.shape.View;

/**
 * Copies between dense memory and what a view sees of other memory, along rows that are contiguous
 * wherever the view has any.
 */
final class Strided {
  /**
   * Rows across the memory are read this many elements at a time, so that its cache lines are used
   * up.
   */
  private static final int BLOCK = 32;

  /** Slices are given to the team in tasks of about this many elements. */
  private static final int TASK = 1 << 15;

  private final int count; // dimensions left after merging, the innermost first; at least two
  private final int[] sizes;
  private final int[] steps;
  private final int offset;

  private interface Row {
    void at(int strided, int dense, int n);
  }

  private Strided(View view) {
    int rank = view.shape().rank();
    sizes = new int[rank + 2];
    steps = new int[rank + 2];
    offset = view.offset();
    int left = 0;
    for (int d = rank - 1; d >= 0; d--) {
      int size = view.shape().size(d);
      int step = view.stride(d);
      if (left > 0 && step == steps[left - 1] * sizes[left - 1]) {
        sizes[left - 1] *= size;
      } else if (size != 1) {
        sizes[left] = size;
        steps[left++] = step;
      }
    }
    while (left < 2) {
      sizes[left] = 1;
      steps[left++] = left == 1 ? 1 : 0;
    }
    count = left;
  }

  /** {@code out = what the view sees of from}. */
  static void read(Object from, View view, Object out, int at) {
    var plan = new Strided(view);
    int step = plan.steps[0];
    if (from instanceof float[] f && out instanceof float[] t) {
      plan.each(at, true, (s, d, n) -> gather(f, s, step, t, d, n));
    } else if (from instanceof double[] f && out instanceof double[] t) {
      plan.each(at, true, (s, d, n) -> gather(f, s, step, t, d, n));
    } else if (from instanceof long[] f && out instanceof long[] t) {
      plan.each(at, true, (s, d, n) -> gather(f, s, step, t, d, n));
    } else if (from instanceof int[] f && out instanceof int[] t) {
      plan.each(at, true, (s, d, n) -> gather(f, s, step, t, d, n));
    } else if (from instanceof short[] f && out instanceof short[] t) {
      plan.each(at, true, (s, d, n) -> gather(f, s, step, t, d, n));
    } else if (from instanceof byte[] f && out instanceof byte[] t) {
      plan.each(at, true, (s, d, n) -> gather(f, s, step, t, d, n));
    } else {
      throw new DTypeException(mixed(from, out));
    }
  }

  /** {@code what the view sees of to = x}. */
  static void write(Object x, int at, Object to, View view) {
    var plan = new Strided(view);
    int step = plan.steps[0];
    if (x instanceof float[] f && to instanceof float[] t) {
      plan.each(at, false, (s, d, n) -> scatter(f, d, t, s, step, n));
    } else if (x instanceof double[] f && to instanceof double[] t) {
      plan.each(at, false, (s, d, n) -> scatter(f, d, t, s, step, n));
    } else if (x instanceof long[] f && to instanceof long[] t) {
      plan.each(at, false, (s, d, n) -> scatter(f, d, t, s, step, n));
    } else if (x instanceof int[] f && to instanceof int[] t) {
      plan.each(at, false, (s, d, n) -> scatter(f, d, t, s, step, n));
    } else if (x instanceof short[] f && to instanceof short[] t) {
      plan.each(at, false, (s, d, n) -> scatter(f, d, t, s, step, n));
    } else if (x instanceof byte[] f && to instanceof byte[] t) {
      plan.each(at, false, (s, d, n) -> scatter(f, d, t, s, step, n));
    } else {
      throw new DTypeException(mixed(x, to));
    }
  }

  /**
   * {@code what the view sees of to += x}; where it sees an element more than once, all are added.
   */
  static void accumulate(Object x, int at, Object to, View view) {
    var plan = new Strided(view);
    int step = plan.steps[0];
    if (x instanceof float[] f && to instanceof float[] t) {
      plan.each(at, false, (s, d, n) -> add(f, d, t, s, step, n));
    } else if (x instanceof double[] f && to instanceof double[] t) {
      plan.each(at, false, (s, d, n) -> add(f, d, t, s, step, n));
    } else if (x instanceof long[] f && to instanceof long[] t) {
      plan.each(at, false, (s, d, n) -> add(f, d, t, s, step, n));
    } else {
      throw new DTypeException(
          "accumulate takes float32, float64 and int64, got elements in "
              + to.getClass().getSimpleName());
    }
  }

  /**
   * Visits every row; slices of the outermost dimension on many threads, if nothing is in two of
   * them.
   */
  private void each(int at, boolean onlyReads, Row row) {
    int slice = 1;
    for (int d = 0; d < count - 1; d++) {
      slice *= sizes[d];
    }
    int outer = sizes[count - 1];
    int size = slice;
    int block = Math.max(1, TASK / Math.max(1, slice));
    if (count == 2 || slice == 0 || outer < 2 * block || !onlyReads && !slicesAreApart()) {
      walk(at, 0, outer, size, row);
    } else {
      Team.run(
          (outer + block - 1) / block,
          i -> walk(at, i * block, Math.min(outer, (i + 1) * block), size, row));
    }
  }

  /**
   * Whether slices of the outermost dimension share no element: smaller steps do not reach from one
   * to the next, and larger ones pass over all of them.
   */
  private boolean slicesAreApart() {
    long step = steps[count - 1];
    long reach = 0;
    for (int d = 0; d < count - 1; d++) {
      if (steps[d] < 0 || steps[d] >= step && steps[d] % (step * sizes[count - 1]) != 0) {
        return false;
      }
      reach += steps[d] < step ? (long) steps[d] * (sizes[d] - 1) : 0;
    }
    return reach < step;
  }

  /**
   * Some slices, whose size in elements is given; at is where the dense elements of all slices
   * begin.
   */
  private void walk(int at, int fromSlice, int toSlice, int slice, Row row) {
    if (slice == 0 || toSlice == 0) {
      return;
    }
    if (count == 2) {
      matrix(offset, at, row);
      return;
    }
    int matrix = sizes[0] * sizes[1];
    int[] index = new int[count];
    int strided = offset + fromSlice * steps[count - 1];
    int end = at + toSlice * slice;
    for (int dense = at + fromSlice * slice; dense < end; dense += matrix) {
      matrix(strided, dense, row);
      for (int d = 2; d < count; d++) {
        strided += steps[d];
        if (++index[d] < sizes[d] || d == count - 1) {
          break;
        }
        strided -= steps[d] * sizes[d];
        index[d] = 0;
      }
    }
  }

  /**
   * The rows of the two innermost dimensions, in narrow blocks where rows lie across the memory.
   */
  private void matrix(int strided, int dense, Row row) {
    boolean crosses = steps[0] != 1 && Math.abs(steps[1]) < Math.abs(steps[0]);
    int block = crosses ? BLOCK : sizes[0];
    for (int from = 0; from < sizes[0]; from += block) {
      int n = Math.min(block, sizes[0] - from);
      for (int r = 0; r < sizes[1]; r++) {
        row.at(strided + r * steps[1] + from * steps[0], dense + r * sizes[0] + from, n);
      }
    }
  }

  private static String mixed(Object from, Object to) {
    return "a strided copy keeps the element type, got "
        + from.getClass().getSimpleName()
        + " and "
        + to.getClass().getSimpleName();
  }

  private static void gather(float[] x, int at, int step, float[] out, int to, int n) {
    if (step == 1) {
      System.arraycopy(x, at, out, to, n);
    } else {
      for (int i = 0; i < n; i++) {
        out[to + i] = x[at + i * step];
      }
    }
  }

  private static void scatter(float[] x, int at, float[] out, int to, int step, int n) {
    if (step == 1) {
      System.arraycopy(x, at, out, to, n);
    } else {
      for (int i = 0; i < n; i++) {
        out[to + i * step] = x[at + i];
      }
    }
  }

  private static void gather(double[] x, int at, int step, double[] out, int to, int n) {
    if (step == 1) {
      System.arraycopy(x, at, out, to, n);
    } else {
      for (int i = 0; i < n; i++) {
        out[to + i] = x[at + i * step];
      }
    }
  }

  private static void scatter(double[] x, int at, double[] out, int to, int step, int n) {
    if (step == 1) {
      System.arraycopy(x, at, out, to, n);
    } else {
      for (int i = 0; i < n; i++) {
        out[to + i * step] = x[at + i];
      }
    }
  }

  private static void gather(long[] x, int at, int step, long[] out, int to, int n) {
    if (step == 1) {
      System.arraycopy(x, at, out, to, n);
    } else {
      for (int i = 0; i < n; i++) {
        out[to + i] = x[at + i * step];
      }
    }
  }

  private static void scatter(long[] x, int at, long[] out, int to, int step, int n) {
    if (step == 1) {
      System.arraycopy(x, at, out, to, n);
    } else {
      for (int i = 0; i < n; i++) {
        out[to + i * step] = x[at + i];
      }
    }
  }

  private static void gather(int[] x, int at, int step, int[] out, int to, int n) {
    if (step == 1) {
      System.arraycopy(x, at, out, to, n);
    } else {
      for (int i = 0; i < n; i++) {
        out[to + i] = x[at + i * step];
      }
    }
  }

  private static void scatter(int[] x, int at, int[] out, int to, int step, int n) {
    if (step == 1) {
      System.arraycopy(x, at, out, to, n);
    } else {
      for (int i = 0; i < n; i++) {
        out[to + i * step] = x[at + i];
      }
    }
  }

  private static void gather(short[] x, int at, int step, short[] out, int to, int n) {
    if (step == 1) {
      System.arraycopy(x, at, out, to, n);
    } else {
      for (int i = 0; i < n; i++) {
        out[to + i] = x[at + i * step];
      }
    }
  }

  private static void scatter(short[] x, int at, short[] out, int to, int step, int n) {
    if (step == 1) {
      System.arraycopy(x, at, out, to, n);
    } else {
      for (int i = 0; i < n; i++) {
        out[to + i * step] = x[at + i];
      }
    }
  }

  private static void gather(byte[] x, int at, int step, byte[] out, int to, int n) {
    if (step == 1) {
      System.arraycopy(x, at, out, to, n);
    } else {
      for (int i = 0; i < n; i++) {
        out[to + i] = x[at + i * step];
      }
    }
  }

  private static void scatter(byte[] x, int at, byte[] out, int to, int step, int n) {
    if (step == 1) {
      System.arraycopy(x, at, out, to, n);
    } else {
      for (int i = 0; i < n; i++) {
        out[to + i * step] = x[at + i];
      }
    }
  }

  private static void add(float[] x, int at, float[] out, int to, int step, int n) {
    if (step == 1) {
      for (int i = 0; i < n; i++) {
        out[to + i] += x[at + i];
      }
    } else {
      for (int i = 0; i < n; i++) {
        out[to + i * step] += x[at + i];
      }
    }
  }

  private static void add(double[] x, int at, double[] out, int to, int step, int n) {
    if (step == 1) {
      for (int i = 0; i < n; i++) {
        out[to + i] += x[at + i];
      }
    } else {
      for (int i = 0; i < n; i++) {
        out[to + i * step] += x[at + i];
      }
    }
  }

  private static void add(long[] x, int at, long[] out, int to, int step, int n) {
    if (step == 1) {
      for (int i = 0; i < n; i++) {
        out[to + i] += x[at + i];
      }
    } else {
      for (int i = 0; i < n; i++) {
        out[to + i * step] += x[at + i];
      }
    }
  }
}
