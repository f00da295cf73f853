package dev.tern.optim;

import dev.tern.Tensor;
import dev.tern.device.Data;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Tensors for kernels that take many at once. */
final class Kernels {
  private Kernels() {}

  /** The parameters by device, element type and what else must be alike for one kernel. */
  static Collection<List<Tensor>> alike(List<Tensor> parameters, Function<Tensor, Object> other) {
    // Lists as keys: the first hash of a record takes the JVM 15 ms.
    Map<List<Object>, List<Tensor>> kinds = new LinkedHashMap<>();
    for (Tensor p : parameters) {
      List<Object> kind = List.of(p.backend(), p.dtype(), other.apply(p));
      kinds.computeIfAbsent(kind, k -> new ArrayList<>()).add(p);
    }
    return kinds.values();
  }

  static Data[] data(List<Tensor> tensors) {
    return tensors.stream().map(Tensor::data).toArray(Data[]::new);
  }

  /** Brings back what a kernel changed in copies of strided tensors, and counts the change. */
  static void changed(String operation, List<Tensor> tensors, Data[] data) {
    for (int i = 0; i < data.length; i++) {
      Tensor tensor = tensors.get(i);
      if (!tensor.isContiguous()) {
        tensor.backend().write(data[i], tensor.storage(), tensor.layout());
      }
      tensor.storage().changed(operation);
    }
  }
}
