package dev.tern.device.cpu;

import dev.tern.device.Backend;
import dev.tern.device.Storage;
import dev.tern.shape.DType;
import dev.tern.shape.DTypeException;
import java.lang.reflect.Array;
import org.jspecify.annotations.Nullable;

/**
 * Memory on the Java heap: {@code float[]}, {@code double[]}, {@code long[]}, {@code int[]}, {@code
 * short[]} for INT16, FLOAT16 and BFLOAT16 (as bits), {@code byte[]} for INT8, UINT8 and BOOL (0 or
 * 1).
 */
public final class CpuStorage extends Storage {
  /** Smaller arrays are made faster than they are found again: 16 KB. */
  private static final int POOLED_SIZE = 4096;

  private @Nullable Object array;
  private final boolean pooled;

  private CpuStorage(DType dtype, int size, Object array, boolean pooled) {
    super(dtype, size);
    this.array = array;
    this.pooled = pooled;
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
          case FLOAT32 -> pooled ? BufferPool.floats(size) : new float[size];
          case FLOAT64 -> pooled ? BufferPool.doubles(size) : new double[size];
          case INT64 -> new long[size];
          case INT32 -> new int[size];
          case INT16, FLOAT16, BFLOAT16 -> new short[size];
          case INT8, UINT8, BOOL -> new byte[size];
        };
    return new CpuStorage(dtype, size, array, pooled);
  }

  /** Gives the memory back to the pool; any later use of it is an error. */
  void recycle() {
    Object last = array;
    array = null;
    if (pooled && last instanceof float[] floats) {
      BufferPool.give(floats);
    } else if (pooled && last instanceof double[] doubles) {
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
   * The array itself: what is written to it is written to every tensor that shares this storage.
   *
   * @throws IllegalStateException if the memory was given back
   */
  public Object array() {
    Object here = array;
    if (here == null) {
      expectHeld();
      throw new IllegalStateException(
          "this tensor's memory (%d elements of %s) was given back and must not be used any more"
              .formatted(size(), dtype()));
    }
    return here;
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
