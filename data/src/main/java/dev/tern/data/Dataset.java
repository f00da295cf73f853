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
      Sample sample = SampleException.naming(index, this);
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
    return randomSplit(Generator.current(), sizes);
  }

  /**
   * This dataset dealt out at random by parts of the whole, which add up to 1: each part's size is
   * rounded down, and what is left goes to the first parts, one each.
   *
   * @throws IllegalArgumentException if a fraction is not from 0 to 1, or they do not add up to 1
   */
  default List<Dataset> randomSplit(double... fractions) {
    double sum = Arrays.stream(fractions).sum();
    if (Arrays.stream(fractions).anyMatch(f -> !(f >= 0 && f <= 1)) || Math.abs(sum - 1) > 1e-9) {
      throw new IllegalArgumentException(
          "randomSplit: fractions %s; expected numbers from 0 to 1 that add up to 1"
              .formatted(Arrays.toString(fractions)));
    }
    int[] sizes = Arrays.stream(fractions).mapToInt(f -> (int) (size() * f)).toArray();
    int left = size() - Arrays.stream(sizes).sum();
    for (int i = 0; i < left; i++) {
      sizes[i % sizes.length]++;
    }
    return randomSplit(sizes);
  }

  /** {@link #randomSplit(int...)} by a generator of one's own. */
  default List<Dataset> randomSplit(Generator generator, int... sizes) {
    long sum = Arrays.stream(sizes).asLongStream().sum();
    if (sum != size() || Arrays.stream(sizes).anyMatch(n -> n < 0)) {
      throw new IllegalArgumentException(
          "randomSplit: sizes %s; expected numbers from 0 that add up to %d"
              .formatted(Arrays.toString(sizes), size()));
    }
    int[] order = generator.permutation(size());
    List<Dataset> parts = new ArrayList<>(sizes.length);
    int start = 0;
    for (int n : sizes) {
      parts.add(subset(Arrays.copyOfRange(order, start, start + n)));
      start += n;
    }
    return parts;
  }
}
