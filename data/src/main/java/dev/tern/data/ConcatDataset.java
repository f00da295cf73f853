package dev.tern.data;

import java.util.List;
import java.util.Objects;

/** Datasets one behind the other, {@code torch.utils.data.ConcatDataset}. */
public final class ConcatDataset implements Dataset {
  private final List<Dataset> parts;
  private final int[] ends;

  /**
   * The examples of the first, then those of the second, and so on.
   *
   * @throws IllegalArgumentException if there are none, or more than 2^31 - 1 examples
   */
  public ConcatDataset(List<? extends Dataset> parts) {
    if (parts.isEmpty()) {
      throw new IllegalArgumentException("ConcatDataset: wants one dataset or more");
    }
    this.parts = List.copyOf(parts);
    ends = new int[parts.size()];
    long end = 0;
    for (int i = 0; i < ends.length; i++) {
      end += parts.get(i).size();
      if (end > Integer.MAX_VALUE) {
        throw new IllegalArgumentException("ConcatDataset: %d examples or more".formatted(end));
      }
      ends[i] = (int) end;
    }
  }

  @Override
  public int size() {
    return ends[ends.length - 1];
  }

  @Override
  public Sample get(int index) {
    Objects.checkIndex(index, size());
    int part = 0;
    while (index >= ends[part]) {
      part++;
    }
    return parts.get(part).get(part == 0 ? index : index - ends[part - 1]);
  }
}
