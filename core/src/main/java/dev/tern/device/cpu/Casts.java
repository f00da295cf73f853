package dev.tern.device.cpu;

import dev.tern.device.Data;
import dev.tern.shape.DType;
import java.util.Arrays;

/** Between element types, by way of double or, for whole numbers, long. */
final class Casts {
  private static final int CHUNK = 1024;

  private Casts() {}

  /** Each element as the other type; floating point to whole numbers goes towards zero. */
  static void cast(Data x, Data out) {
    int n = x.numel();
    var from = (CpuStorage) x.storage();
    var to = (CpuStorage) out.storage();
    if (from.dtype() == to.dtype()) {
      System.arraycopy(from.array(), x.offset(), to.array(), out.offset(), n);
      return;
    }
    if (from.dtype().isFloatingPoint()) {
      double[] chunk = new double[Math.min(n, CHUNK)];
      for (int done = 0; done < n; done += CHUNK) {
        int length = Math.min(CHUNK, n - done);
        widen(from, x.offset() + done, chunk, length);
        narrow(chunk, length, to, out.offset() + done);
      }
    } else {
      long[] chunk = new long[Math.min(n, CHUNK)];
      for (int done = 0; done < n; done += CHUNK) {
        int length = Math.min(CHUNK, n - done);
        widen(from, x.offset() + done, chunk, length);
        narrow(chunk, length, to, out.offset() + done);
      }
    }
  }

  /** Sets n elements to a value, converted as {@link #cast} does. */
  static void fill(CpuStorage to, int at, int n, double value) {
    CpuStorage one = (CpuStorage) CpuBackend.CPU.allocate(to.dtype(), 1);
    narrow(new double[] {value}, 1, one, 0);
    int end = at + n;
    switch (to.dtype()) {
      case FLOAT32 -> Float32.fill(to.floats(), at, n, (float) value);
      case FLOAT64 -> Arrays.fill(to.doubles(), at, end, value);
      case INT64 -> Arrays.fill(to.longs(), at, end, one.longs()[0]);
      case INT32 -> Arrays.fill(to.ints(), at, end, one.ints()[0]);
      case INT16, FLOAT16, BFLOAT16 -> Arrays.fill(to.shorts(), at, end, one.shorts()[0]);
      case INT8, UINT8, BOOL -> Arrays.fill(to.bytes(), at, end, one.bytes()[0]);
    }
  }

  private static void widen(CpuStorage from, int at, double[] out, int n) {
    switch (from.dtype()) {
      case FLOAT32 -> {
        float[] x = from.floats();
        for (int i = 0; i < n; i++) {
          out[i] = x[at + i];
        }
      }
      case FLOAT16 -> {
        short[] x = from.shorts();
        for (int i = 0; i < n; i++) {
          out[i] = Half.toFloat(x[at + i]);
        }
      }
      case BFLOAT16 -> {
        short[] x = from.shorts();
        for (int i = 0; i < n; i++) {
          out[i] = Half.bfloatToFloat(x[at + i]);
        }
      }
      default -> System.arraycopy(from.doubles(), at, out, 0, n);
    }
  }

  private static void widen(CpuStorage from, int at, long[] out, int n) {
    switch (from.dtype()) {
      case INT32 -> {
        int[] x = from.ints();
        for (int i = 0; i < n; i++) {
          out[i] = x[at + i];
        }
      }
      case INT16 -> {
        short[] x = from.shorts();
        for (int i = 0; i < n; i++) {
          out[i] = x[at + i];
        }
      }
      case INT8 -> {
        byte[] x = from.bytes();
        for (int i = 0; i < n; i++) {
          out[i] = x[at + i];
        }
      }
      case UINT8, BOOL -> {
        byte[] x = from.bytes();
        for (int i = 0; i < n; i++) {
          out[i] = x[at + i] & 0xff;
        }
      }
      default -> System.arraycopy(from.longs(), at, out, 0, n);
    }
  }

  private static void narrow(double[] x, int n, CpuStorage to, int at) {
    switch (to.dtype()) {
      case FLOAT64 -> System.arraycopy(x, 0, to.doubles(), at, n);
      case FLOAT32 -> {
        float[] out = to.floats();
        for (int i = 0; i < n; i++) {
          out[at + i] = (float) x[i];
        }
      }
      case FLOAT16 -> {
        short[] out = to.shorts();
        for (int i = 0; i < n; i++) {
          out[at + i] = Half.fromFloat((float) x[i]);
        }
      }
      case BFLOAT16 -> {
        short[] out = to.shorts();
        for (int i = 0; i < n; i++) {
          out[at + i] = Half.bfloatFromFloat((float) x[i]);
        }
      }
      case BOOL -> {
        byte[] out = to.bytes();
        for (int i = 0; i < n; i++) {
          out[at + i] = (byte) (x[i] != 0 ? 1 : 0); // NaN is true
        }
      }
      default -> {
        long[] whole = new long[n];
        for (int i = 0; i < n; i++) {
          whole[i] = (long) x[i];
        }
        narrow(whole, n, to, at);
      }
    }
  }

  private static void narrow(long[] x, int n, CpuStorage to, int at) {
    switch (to.dtype()) {
      case INT64 -> System.arraycopy(x, 0, to.longs(), at, n);
      case INT32 -> {
        int[] out = to.ints();
        for (int i = 0; i < n; i++) {
          out[at + i] = (int) x[i];
        }
      }
      case INT16 -> {
        short[] out = to.shorts();
        for (int i = 0; i < n; i++) {
          out[at + i] = (short) x[i];
        }
      }
      case INT8, UINT8 -> {
        byte[] out = to.bytes();
        for (int i = 0; i < n; i++) {
          out[at + i] = (byte) x[i];
        }
      }
      case BOOL -> {
        byte[] out = to.bytes();
        for (int i = 0; i < n; i++) {
          out[at + i] = (byte) (x[i] != 0 ? 1 : 0);
        }
      }
      case FLOAT32 -> {
        float[] out = to.floats();
        for (int i = 0; i < n; i++) {
          out[at + i] = (float) x[i]; // not by way of double, which would round twice
        }
      }
      default -> {
        double[] real = new double[n];
        for (int i = 0; i < n; i++) {
          real[i] = (double) x[i];
        }
        narrow(real, n, to, at);
      }
    }
  }

  /** A whole-number type as INT64: the data itself if it is that. */
  static Data toInt64(Data x) {
    if (x.dtype() == DType.INT64) {
      return x;
    }
    Data wide = new Data(CpuStorage.of(DType.INT64, new long[x.numel()]), 0, x.shape());
    cast(x, wide);
    return wide;
  }
}
