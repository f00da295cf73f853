package dev.tern.device.cpu;

import dev.tern.device.Data;
import dev.tern.shape.DType;
import dev.tern.shape.DTypeException;
import dev.tern.shape.Shape;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The arrays of the data that a kernel is called with, and the detour by INT64 for small whole
 * numbers.
 */
final class Operands {
  private Operands() {}

  static Data temporary(DType dtype, Shape shape) {
    return new Data(CpuStorage.allocate(dtype, shape.numel()), 0, shape);
  }

  /** Whole numbers as INT64. */
  static Data whole(String op, Data x) {
    noHalf(op, x);
    return Casts.toInt64(x);
  }

  /** Where to compute an INT64 result that {@link #narrow} then brings to its own type. */
  static Data wholeResult(Data out) {
    return out.dtype() == DType.INT64 ? out : temporary(DType.INT64, out.shape());
  }

  static void narrow(Data result, Data out) {
    if (result != out) {
      Casts.cast(result, out);
    }
  }

  static void noHalf(String op, Data x) {
    if (x.dtype() == DType.FLOAT16 || x.dtype() == DType.BFLOAT16) {
      throw new DTypeException(
          "%s: %s is stored and cast, not computed with; cast to FLOAT32 first"
              .formatted(op, x.dtype()));
    }
  }

  static DTypeException onlyFloats(String op, Data x) {
    return new DTypeException(
        "%s takes FLOAT32 or FLOAT64, got %s; cast first".formatted(op, x.dtype()));
  }

  static String name(Enum<?> op) {
    return op.name().toLowerCase(Locale.ROOT);
  }

  static Object array(Data x) {
    return ((CpuStorage) x.storage()).array();
  }

  static float[] floats(Data x) {
    return ((CpuStorage) x.storage()).floats();
  }

  static float @Nullable [] floatsOf(@Nullable Data x) {
    return x == null ? null : floats(x);
  }

  static double[] doubles(Data x) {
    return ((CpuStorage) x.storage()).doubles();
  }

  static long[] longs(Data x) {
    return ((CpuStorage) x.storage()).longs();
  }

  static byte[] bytes(Data x) {
    return ((CpuStorage) x.storage()).bytes();
  }
}
