package dev.tern.data;

import dev.tern.Tensor;
import dev.tern.device.Generator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Examples that can be fetched by their index, {@code torch.utils.data.Dataset}. */
public interface Dataset {
  /** The number of examples. */
  int size();

  /**
   * One example. An {@code IOException} leaves as an {@code UncheckedIOException}.
   *
   * @param index from 0 to {@code size() - 1}
   */
  Sample get(int index);

  /**
   * Several examples as one batch, in the order of the indices. The default fetches them one by one
   * and stacks them; a dataset that can do it at once overrides this.
   *
   * @throws SampleException if one of them cannot be fetched or has another shape or dtype than the
   *     first
   */
  default Batch batch(int[] indices) {
    List<Tensor> inputs = new ArrayList<>(indices.length);
    List<Tensor> targets = new ArrayList<>(indices.length);
    for (int index : indices) {
      Sample sample;
      try {
        sample = get(index);
      } catch (RuntimeException e) {
        throw new SampleException(index, String.valueOf(e.getMessage()), e);
      }
      inputs.add(sample.input());
      targets.add(sample.target());
      checkFits(index, "input", sample.input(), inputs.get(0));
      checkFits(index, "target", sample.target(), targets.get(0));
    }
    return new Batch(Tensor.stack(inputs, 0), Tensor.stack(targets, 0));
  }

  private static void checkFits(int index, String what, Tensor tensor, Tensor first) {
    if (!tensor.shape().equals(first.shape()) || tensor.dtype() != first.dtype()) {
      String message =
          "%s %s %s cannot be stacked with %s %s of the same batch"
              .formatted(what, tensor.dtype(), tensor.shape(), first.dtype(), first.shape());
      throw new SampleException(index, message, null);
    }
  }

  /**
   * The examples at some indices, in their order, {@code torch.utils.data.Subset}.
   *
   * @throws IndexOutOfBoundsException if an index is not one of this dataset's
   */
  default Dataset subset(int... indices) {
    return new Subset(this, indices);
  }

  /**
   * This dataset dealt out at random into parts that do not overlap, {@code
   * torch.utils.data.random_split}: one permutation from this thread's default generator.
   *
   * @param sizes the parts' sizes, which add up to {@link #size()}
   * @throws IllegalArgumentException if they do not
   */
  default List<Dataset> randomSplit(int... sizes) {
    long sum = Arrays.stream(sizes).asLongStream().sum();
    if (sum != size() || Arrays.stream(sizes).anyMatch(n -> n < 0)) {
      throw new IllegalArgumentException(
          "randomSplit: sizes %s; expected numbers from 0 that add up to %d"
              .formatted(Arrays.toString(sizes), size()));
    }
    int[] order = Generator.current().permutation(size());
    List<Dataset> parts = new ArrayList<>(sizes.length);
    int start = 0;
    for (int n : sizes) {
      parts.add(subset(Arrays.copyOfRange(order, start, start + n)));
      start += n;
    }
    return parts;
  }
}
