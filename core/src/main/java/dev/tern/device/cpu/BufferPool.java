package dev.tern.device.cpu;

import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Arrays that only the engine or a kernel holds, kept to be handed out again: a fresh array costs
 * zeroing and garbage collection. What a user can hold is never given here.
 *
 * <p>Sizes are rounded up to classes, four an octave (256, 320, 384, 448, 512, 640 ...), so an
 * array may be up to a quarter longer than asked for. Smaller ones are not pooled. The pool keeps
 * at most an eighth of the largest heap; what does not fit is left to the collector.
 */
final class BufferPool {
  private static final int SMALLEST = 256;
  private static final int CLASSES = 4 * 24;
  private static final long LIMIT = Runtime.getRuntime().maxMemory() / 8;
  private static final AtomicLong held = new AtomicLong();
  private static final Shelf<float[]>[] FLOATS = shelves();
  private static final Shelf<double[]>[] DOUBLES = shelves();

  private BufferPool() {}

  /** An array of at least n elements; what is in it is not defined. */
  static float[] floats(int n) {
    int shelf = shelf(n);
    if (shelf < 0) {
      return new float[n];
    }
    float[] array = FLOATS[shelf].take();
    if (array == null) {
      return new float[length(shelf)];
    }
    held.addAndGet(-4L * array.length);
    return array;
  }

  /** An array of at least n elements; what is in it is not defined. */
  static double[] doubles(int n) {
    int shelf = shelf(n);
    if (shelf < 0) {
      return new double[n];
    }
    double[] array = DOUBLES[shelf].take();
    if (array == null) {
      return new double[length(shelf)];
    }
    held.addAndGet(-8L * array.length);
    return array;
  }

  /**
   * Takes an array back that nothing refers to any more; an array of no class's length is dropped.
   */
  static void give(float[] array) {
    int shelf = shelf(array.length);
    if (shelf >= 0 && length(shelf) == array.length && reserve(4L * array.length)) {
      FLOATS[shelf].put(array);
    }
  }

  /**
   * Takes an array back that nothing refers to any more; an array of no class's length is dropped.
   */
  static void give(double[] array) {
    int shelf = shelf(array.length);
    if (shelf >= 0 && length(shelf) == array.length && reserve(8L * array.length)) {
      DOUBLES[shelf].put(array);
    }
  }

  private static boolean reserve(long bytes) {
    if (held.addAndGet(bytes) <= LIMIT) {
      return true;
    }
    held.addAndGet(-bytes);
    return false;
  }

  /**
   * The smallest class that holds n elements, or -1 if it is too small or too large for the pool.
   */
  private static int shelf(int n) {
    if (n < SMALLEST || n > 1 << 30) {
      return -1;
    }
    int octave = 31 - Integer.numberOfLeadingZeros(n); // 2^octave <= n
    int step = 1 << octave - 2;
    return 4 * (octave - 8)
        + (n - (1 << octave) + step - 1) / step; // 4 quarters are the next octave
  }

  private static int length(int shelf) {
    return (4 + shelf % 4) << 6 + shelf / 4;
  }

  @SuppressWarnings({"unchecked", "rawtypes"}) // Java has no generic arrays
  private static <T> Shelf<T>[] shelves() {
    Shelf<T>[] shelves = new Shelf[CLASSES];
    for (int i = 0; i < CLASSES; i++) {
      shelves[i] = new Shelf<>();
    }
    return shelves;
  }

  private static final class Shelf<T> {
    private final ArrayDeque<T> arrays = new ArrayDeque<>();

    synchronized @Nullable T take() {
      return arrays.pollLast(); // the last one given is the warmest
    }

    synchronized void put(T array) {
      arrays.addLast(array);
    }
  }
}
