package dev.tern.device.cuda;

import static dev.tern.device.cuda.Elements.run;

import dev.tern.device.Data;
import dev.tern.device.IndexRange;
import dev.tern.shape.DType;
import dev.tern.shape.DTypeException;
import dev.tern.shape.View;

/** Launches {@code index.cu}. */
final class Index {
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

  void places(IndexRange range, View view, int step, Data index, Data out) {
    Walk.of(view)
        .each(
            (struct, n, at, offsets) -> {
              Launch launch = device.kernel("index_places").args();
              launch.arg(index).arg(out).arg(at).arg(n).arg(struct).arg(view.offset() + offsets[0]);
              launch.arg(step).arg(range.n()).arg(faults.message(range.message()));
              run(launch.arg(faults.note()), n);
            });
  }

  void latest(Data places, Data origins) {
    device.fill(origins, -1); // all bits
    Launch launch = device.kernel("index_latest").args();
    run(launch.arg(places).arg(origins).arg(places.numel()).arg(origins.numel()), places.numel());
  }

  /** The indices with their positions, in order. */
  private Data sorted(Data index, int count, int n) {
    int size = Sort.atOnce(count);
    Data keys = Elements.temporary(device, DType.INT64, count);
    Launch launch = device.kernel("sort_indices").args();
    launch.arg(index).arg(keys).arg(count).arg(size).arg(n).arg(faults.note());
    launch.run(Sort.runs(count, size), Sort.threads(size));
    return Sort.merged(device, "merge_short_runs", keys, 1, count, size);
  }
}
