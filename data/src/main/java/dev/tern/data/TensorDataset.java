package dev.tern.data;

import dev.tern.Tensor;
import dev.tern.shape.ShapeException;
import java.util.Arrays;
import java.util.Objects;

/**
 * Examples that lie in two tensors, one row of each an example: {@code
 * torch.utils.data.TensorDataset}. What it hands out in batches are copies on the tensors' device.
 */
public final class TensorDataset implements Dataset {
  private final Tensor inputs;
  private final Tensor targets;

  /**
   * Creates the dataset; the tensors are not copied.
   *
   * @param inputs {@code [N, ...]}
   * @param targets {@code [N, ...]}
   * @throws ShapeException if they do not have the same first size
   */
  public TensorDataset(Tensor inputs, Tensor targets) {
    if (inputs.rank() == 0 || targets.rank() == 0 || inputs.size(0) != targets.size(0)) {
      throw new ShapeException(
          "TensorDataset: inputs %s and targets %s; expected [N, ...] and [N, ...]"
              .formatted(inputs.shape(), targets.shape()));
    }
    this.inputs = inputs.detach();
    this.targets = targets.detach();
  }

  @Override
  public int size() {
    return inputs.size(0);
  }

  @Override
  public Sample get(int index) {
    Objects.checkIndex(index, size());
    return new Sample(inputs.select(0, index), targets.select(0, index));
  }

  @Override
  public Batch batch(int[] indices) {
    for (int index : indices) {
      Objects.checkIndex(index, size());
    }
    Tensor rows = Tensor.of(Arrays.stream(indices).asLongStream().toArray());
    return new Batch(
        inputs.indexSelect(0, rows.to(inputs.device())),
        targets.indexSelect(0, rows.to(targets.device())));
  }
}
