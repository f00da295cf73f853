package dev.tern.device.cuda;

import static dev.tern.device.cuda.Elements.run;

import dev.tern.device.Data;
import dev.tern.shape.DType;
import dev.tern.shape.DTypeException;

/** Launches {@code index.cu}. */
final class Index {
  private static final int SORTED_AT_ONCE = 2048;

  private final CudaDevice device;
  private final Faults faults;

  Index(CudaDevice device, Faults faults) {
    this.device = device;
    this.faults = faults;
  }

  void select(int outer, int n, int inner, Data x, Data index, Data out) {
    Launch launch = device.kernel("index_select_" + x.dtype().bytes()).args();
    launch.arg(x).arg(index).arg(out).arg(outer).arg(n).arg(inner).arg(index.numel());
    run(launch.arg(faults.note()), out.numel());
  }

  void add(int outer, int n, int inner, Data x, Data index, Data to) {
    Elements.noHalf("indexAdd", x);
    if (!Elements.isFloat(x) && x.dtype() != DType.INT64) {
      throw new DTypeException("indexAdd wants float32, float64 or int64, got " + x.dtype());
    }
    int count = index.numel();
    if (x.numel() == 0) {
      return;
    }
    Data keys = sorted(index, count, n);
    Launch launch = device.kernel("index_add_" + Elements.suffix(x.dtype())).args();
    launch.arg(x).arg(keys).arg(to).arg(outer).arg(n).arg(inner).arg(count);
    run(launch, x.numel());
    Elements.recycle(keys);
  }

  /** The indices with their positions, in order; by one block where it can. */
  private Data sorted(Data index, int count, int n) {
    int size = count == 1 ? 1 : 2 * Integer.highestOneBit(count - 1); // a power of two
    Data keys = Elements.temporary(device, DType.INT64, size);
    if (size <= SORTED_AT_ONCE) {
      Launch launch = device.kernel("sort_keys").args();
      launch.arg(index).arg(keys).arg(count).arg(size).arg(n).arg(faults.note());
      launch.run(1, Math.max(32, size / 2));
      return keys;
    }
    Launch first = device.kernel("index_keys").args();
    run(first.arg(index).arg(keys).arg(count).arg(size).arg(n).arg(faults.note()), size);
    for (int block = 2; block <= size; block *= 2) {
      for (int distance = block / 2; distance > 0; distance /= 2) {
        Launch step = device.kernel("sort_step").args();
        run(step.arg(keys).arg(size).arg(block).arg(distance), size / 2);
      }
    }
    return keys;
  }
}
