package dev.tern;

import dev.tern.device.Data;
import dev.tern.shape.DType;

/** The Java arrays that hold a tensor's elements outside of it. */
final class HostArrays {
  private HostArrays() {}

  /** A new array that fits an element type. */
  static Object allocate(DType dtype, int size) {
    return switch (dtype) {
      case FLOAT32 -> new float[size];
      case FLOAT64 -> new double[size];
      case FLOAT16, BFLOAT16, INT16 -> new short[size];
      case INT64 -> new long[size];
      case INT32 -> new int[size];
      case INT8, UINT8, BOOL -> new byte[size];
    };
  }

  /** A copy of the elements. */
  static Object download(Data data) {
    Object array = allocate(data.dtype(), data.numel());
    data.storage().backend().download(data, array, 0);
    return array;
  }
}
