package dev.tern.tests;

import dev.tern.Tensor;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The inputs of a golden row, made ready in one precision and one layout. */
record GoldenInputs(Map<String, Tensor> byName) {
  Tensor get(String name) {
    Tensor tensor = byName.get(name);
    if (tensor == null) {
      throw new IllegalStateException("no input " + name + " in " + byName.keySet());
    }
    return tensor;
  }

  @Nullable Tensor orNull(String name) {
    return byName.get(name);
  }

  Tensor x() {
    return get("x");
  }

  Tensor y() {
    return get("y");
  }
}
