package dev.tern.device.cuda;

import dev.tern.device.Data;
import dev.tern.shape.DType;
import dev.tern.shape.DTypeException;
import dev.tern.shape.Shape;
import java.util.Locale;

/** How kernels are named and launched by the type of their elements. */
final class Elements {
  private static final int THREADS = 256;

  /** A kernel's threads go on to further elements where there are more than these blocks hold. */
  private static final int MOST_BLOCKS = 1 << 14;

  private Elements() {}

  /** {@code f32}, {@code f64} or {@code i64}, for a type that is computed with. */
  static String suffix(DType dtype) {
    return switch (dtype) {
      case FLOAT32 -> "f32";
      case FLOAT64 -> "f64";
      case INT64 -> "i64";
      default -> throw new IllegalArgumentException(dtype + " has no kernels of its own");
    };
  }

  static boolean isFloat(Data x) {
    return x.dtype() == DType.FLOAT32 || x.dtype() == DType.FLOAT64;
  }

  static void noHalf(String op, Data x) {
    if (x.dtype() == DType.FLOAT16 || x.dtype() == DType.BFLOAT16) {
      throw new DTypeException(
          "%s: %s is stored and cast, not computed with; cast to FLOAT32 first"
              .formatted(op, x.dtype()));
    }
  }

  static String name(Enum<?> op) {
    return op.name().toLowerCase(Locale.ROOT);
  }

  /** Launches about as many threads as there is work for, and never none, which CUDA refuses. */
  static void run(Launch launch, long work) {
    if (work <= THREADS) {
      launch.run(1, (int) Math.max(32, (work + 31) / 32 * 32));
    } else {
      launch.run((int) Math.min(MOST_BLOCKS, (work + THREADS - 1) / THREADS), THREADS);
    }
  }

  /** Data that begins some elements further on, for a kernel that knows the shape. */
  static Data shifted(Data x, int by) {
    return by == 0 ? x : new Data(x.storage(), x.offset() + by, x.shape());
  }

  /** Memory for intermediate results. */
  static Data temporary(CudaDevice device, DType dtype, int size) {
    return new Data(device.allocate(dtype, size), 0, Shape.of(size));
  }

  static void recycle(Data x) {
    ((CudaStorage) x.storage()).recycle();
  }
}
