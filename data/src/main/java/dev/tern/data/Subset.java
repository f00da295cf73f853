package dev.tern.data;

import java.util.Arrays;
import java.util.Objects;

/** Some of another dataset's examples, in an order of its own. */
final class Subset implements Dataset {
  private final Dataset whole;
  private final int[] indices;

  Subset(Dataset whole, int[] indices) {
    for (int index : indices) {
      Objects.checkIndex(index, whole.size());
    }
    this.whole = whole;
    this.indices = indices.clone();
  }

  @Override
  public int size() {
    return indices.length;
  }

  @Override
  public Sample get(int index) {
    return whole.get(indices[index]);
  }

  @Override
  public Batch batch(int[] chosen) {
    return whole.batch(Arrays.stream(chosen).map(i -> indices[i]).toArray());
  }
}
