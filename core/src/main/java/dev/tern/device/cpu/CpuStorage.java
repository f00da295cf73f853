package dev.tern.device.cpu;

import dev.tern.device.Backend;
import dev.tern.device.Storage;
import dev.tern.shape.DType;
import dev.tern.shape.DTypeException;
import java.lang.ref.WeakReference;
import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Memory on the Java heap: {@code float[]}, {@code double[]}, {@code long[]}, {@code int[]}, {@code
 * short[]} for INT16, FLOAT16 and BFLOAT16 (as bits), {@code byte[]} for INT8, UINT8 and BOOL (0 or
 * 1).
 */
public final class CpuStorage extends Storage {
  /** Smaller arrays are made faster than they are found again: 16 KB. */
  private static final int POOLED_SIZE = 4096;

  /** The array, or {@link Blocked}, or {@link Pending}; null once given back. */
  private volatile @Nullable Object content;

  /** Who has elements pending that are made of these; guarded by this. */
  private volatile @Nullable List<WeakReference<CpuStorage>> readers;

  /** What a convolution made of these elements when they were its weight. */
  private volatile @Nullable WinogradWeight winogradWeight;

  /** Whether the array is this storage's own. */
  private final boolean own;

  private CpuStorage(DType dtype, int size, Object array, boolean own) {
    super(dtype, size);
    this.content = array;
    this.own = own;
  }

  /**
   * A storage that is this array; nothing is copied.
   *
   * @throws DTypeException if the element type wants another kind of array
   */
  public static CpuStorage of(DType dtype, Object array) {
    if (array.getClass() != arrayType(dtype)) {
      throw new DTypeException(
          "%s lies in %s, got %s"
              .formatted(
                  dtype, arrayType(dtype).getSimpleName(), array.getClass().getSimpleName()));
    }
    return new CpuStorage(dtype, Array.getLength(array), array, false);
  }

  /** Memory whose content is not defined, from the pool where that pays. */
  static CpuStorage allocate(DType dtype, int size) {
    boolean pooled = size >= POOLED_SIZE && (dtype == DType.FLOAT32 || dtype == DType.FLOAT64);
    Object array =
        switch (dtype) {
          case FLOAT32 -> pooled ? Pending.UNDEFINED : new float[size];
          case FLOAT64 -> pooled ? BufferPool.doubles(size) : new double[size];
          case INT64 -> new long[size];
          case INT32 -> new int[size];
          case INT16, FLOAT16, BFLOAT16 -> new short[size];
          case INT8, UINT8, BOOL -> new byte[size];
        };
    return new CpuStorage(dtype, size, array, true);
  }

  /** Gives the memory back to the pool; any later use of it is an error. */
  void recycle() {
    Object last = content;
    content = null;
    winogradWeight = null;
    if (hasReaders()) {
      return; // what is pending keeps the array
    }
    if (last instanceof Blocked blocked) {
      BufferPool.give(blocked.elements());
    } else if (own && size() >= POOLED_SIZE && last instanceof float[] floats) {
      BufferPool.give(floats);
    } else if (own && size() >= POOLED_SIZE && last instanceof double[] doubles) {
      BufferPool.give(doubles);
    }
  }

  private static Class<?> arrayType(DType dtype) {
    return switch (dtype) {
      case FLOAT32 -> float[].class;
      case FLOAT64 -> double[].class;
      case INT64 -> long[].class;
      case INT32 -> int[].class;
      case INT16, FLOAT16, BFLOAT16 -> short[].class;
      case INT8, UINT8, BOOL -> byte[].class;
    };
  }

  @Override
  public Backend backend() {
    return CpuBackend.CPU;
  }

  /**
   * The array itself, its elements in the plain order: what is written to it is written to every
   * tensor that shares this storage.
   *
   * @throws IllegalStateException if the memory was given back
   */
  public Object array() {
    settleReaders();
    return settled() instanceof Blocked ? plain() : settled();
  }

  /** FLOAT32 elements in the plain order. */
  private synchronized float[] plain() {
    Object here = settled();
    if (here instanceof Blocked blocked) {
      // The array of before is left alone: another thread may still read it.
      here = blocked.unpack(size());
      content = here;
    }
    return (float[]) here;
  }

  /** The array, or {@link Blocked}, or {@link Pending}. */
  Object content() {
    Object here = content;
    if (here == null) {
      expectHeld();
      throw new IllegalStateException(
          "this tensor's memory (%d elements of %s) was given back and must not be used any more"
              .formatted(size(), dtype()));
    }
    return here;
  }

  /** The array, or {@link Blocked}: to be read, not written to. */
  Object settled() {
    Object here = content();
    return here instanceof Pending ? settle() : here;
  }

  /** Once, whoever asks: the threads of a kernel write to the same array. */
  private synchronized Object settle() {
    Object here = content();
    if (here instanceof Pending pending) {
      here = pending.settle(size());
      content = here;
    }
    return here;
  }

  /** Leaves the elements to be worked out later from what these storages hold now. */
  void defer(Pending elements, CpuStorage... sources) {
    settleReaders();
    content = elements;
    for (CpuStorage source : sources) {
      source.addReader(this);
    }
  }

  /** Other content instead. */
  void replace(Object elements) {
    settleReaders();
    content = elements;
  }

  /** Whether the array is this storage's own: nobody else can change it. */
  boolean isOwn() {
    return own;
  }

  /** What was made of these elements, or of what they were once, as a convolution's weight. */
  @Nullable WinogradWeight winogradWeight() {
    return winogradWeight;
  }

  /** Keeps what was made of these elements. */
  void keep(WinogradWeight made) {
    winogradWeight = made;
  }

  /** Whether it was not given back. */
  boolean isHeld() {
    return content != null;
  }

  private synchronized void addReader(CpuStorage reader) {
    List<WeakReference<CpuStorage>> all = new ArrayList<>();
    for (WeakReference<CpuStorage> each : readers == null ? all : readers) {
      if (isPending(each)) {
        all.add(each);
      }
    }
    all.add(new WeakReference<>(reader));
    readers = all;
  }

  private static boolean isPending(WeakReference<CpuStorage> reader) {
    CpuStorage storage = reader.get();
    return storage != null && storage.content instanceof Pending;
  }

  private synchronized boolean hasReaders() {
    return readers != null && readers.stream().anyMatch(CpuStorage::isPending);
  }

  /** Before these elements change: works out what is made of them as they are. */
  private void settleReaders() {
    List<WeakReference<CpuStorage>> all = readers;
    if (all == null) {
      return;
    }
    readers = null;
    for (WeakReference<CpuStorage> each : all) {
      CpuStorage storage = each.get();
      if (storage != null && storage.content instanceof Pending) {
        storage.settled();
      }
    }
  }

  /** The order of the elements if it is not the plain one. */
  @Nullable Blocked blocked() {
    return settled() instanceof Blocked blocked ? blocked : null;
  }

  /** The array of FLOAT32 elements, whatever their order. */
  float[] elements() {
    return Pending.elements(settled());
  }

  /** All elements in blocks, to be read. They stay in them unless the array is someone else's. */
  Blocked toBlocked(int channels, int positions) {
    return settled() instanceof Blocked here
            && here.channels() == channels
            && here.positions() == positions
        ? here
        : pack(channels, positions);
  }

  private synchronized Blocked pack(int channels, int positions) {
    Blocked packed = Blocked.pack(plain(), size(), channels, positions);
    if (own) {
      content = packed;
    }
    return packed;
  }

  /**
   * The array, to write all elements in blocks; what was in it counts no more. Null if the array is
   * someone else's, who expects the plain order.
   */
  float @Nullable [] asBlocked(int channels, int positions) {
    if (!own) {
      return null;
    }
    settleReaders();
    Object here = content();
    float[] elements = here instanceof Pending ? BufferPool.floats(size()) : Pending.elements(here);
    content = new Blocked(elements, channels, positions);
    return elements;
  }

  float[] floats() {
    return (float[]) array();
  }

  double[] doubles() {
    return (double[]) array();
  }

  long[] longs() {
    return (long[]) array();
  }

  int[] ints() {
    return (int[]) array();
  }

  short[] shorts() {
    return (short[]) array();
  }

  byte[] bytes() {
    return (byte[]) array();
  }
}
