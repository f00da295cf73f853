package dev.tern.device.cuda;

import dev.tern.device.Data;
import dev.tern.shape.DType;
import java.util.ArrayList;
import java.util.List;

/**
 * The detour by INT64 for small whole numbers: inputs are widened, results narrowed when it is
 * closed. What is computed with as it is passes through.
 */
final class Widened implements AutoCloseable {
  private final CudaBackend backend;
  private final List<Data> inputs = new ArrayList<>();
  private final List<Data[]> results = new ArrayList<>(); // wide, narrow

  Widened(CudaBackend backend) {
    this.backend = backend;
  }

  /** An operand to read. */
  Data in(String op, Data x) {
    Elements.noHalf(op, x);
    if (x.dtype().isFloatingPoint() || x.dtype() == DType.INT64) {
      return x;
    }
    Data wide = wide(x);
    backend.cast(x, wide);
    inputs.add(wide);
    return wide;
  }

  /** Where to write a result that computing gives in this type. */
  Data out(Data out, DType computed) {
    if (out.dtype() == computed) {
      return out;
    }
    Data wide = new Data(backend.allocate(computed, out.numel()), 0, out.shape());
    results.add(new Data[] {wide, out});
    return wide;
  }

  private Data wide(Data x) {
    return new Data(backend.allocate(DType.INT64, x.numel()), 0, x.shape());
  }

  @Override
  public void close() {
    inputs.forEach(Elements::recycle);
    for (Data[] result : results) {
      backend.cast(result[0], result[1]);
      Elements.recycle(result[0]);
    }
  }
}
