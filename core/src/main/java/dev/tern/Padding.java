package dev.tern;

import static dev.tern.Gradient.grad;

import dev.tern.shape.PaddingMode;
import dev.tern.shape.Shape;
import dev.tern.shape.ShapeException;
import dev.tern.shape.View;
import java.util.Arrays;

/** More elements, or fewer, at the ends of dimensions: {@code torch.nn.functional.pad}. */
public sealed interface Padding permits Tensor {
  private Tensor self() {
    return (Tensor) this;
  }

  /** As {@link #pad(int[], double)}, with zeros. */
  default Tensor pad(int... amounts) {
    return pad(amounts, 0);
  }

  /**
   * A value put around the elements.
   *
   * @param amounts how many before and after, for the last dimension first, as in PyTorch: {@code
   *     [left, right, top, bottom]} for {@code [N, C, H, W]}; negative ones take elements away
   * @throws ShapeException if there are too many amounts, or fewer than no elements would be left
   */
  default Tensor pad(int[] amounts, double value) {
    Tensor x = cropped(amounts);
    int[] sizes = x.shape().toArray();
    for (int i = 0; i < amounts.length; i++) {
      sizes[sizes.length - 1 - i / 2] += Math.max(amounts[i], 0);
    }
    View inside = View.dense(Shape.of(sizes));
    for (int i = 0; i < amounts.length; i += 2) {
      int dim = sizes.length - 1 - i / 2;
      inside = inside.slice(dim, Math.max(amounts[i], 0), x.size(dim), 1);
    }
    View region = inside;
    Tensor y = x.empty(Shape.of(sizes));
    y.backend().fill(y.data(), value);
    y.backend().write(x.data(), y.storage(), region);
    return y.from("pad", grad(x, dy -> Movement.region(dy, region)));
  }

  /**
   * The elements continued as the mode says; the amounts are those of {@link #pad(int[], double)}.
   *
   * @throws ShapeException if a dimension is too small: reflecting wants more elements than are
   *     added, going around at least as many
   */
  default Tensor pad(int[] amounts, PaddingMode mode) {
    if (mode == PaddingMode.ZEROS) {
      return pad(amounts, 0);
    }
    Tensor y = cropped(amounts);
    for (int i = 0; i < amounts.length; i += 2) {
      int before = Math.max(amounts[i], 0);
      int after = Math.max(amounts[i + 1], 0);
      if (before + after > 0) {
        int dim = y.rank() - 1 - i / 2;
        y = y.indexSelect(dim, continued(y.shape(), dim, before, after, mode).to(y.device()));
      }
    }
    return y;
  }

  /** Without what negative amounts take away. */
  private Tensor cropped(int[] amounts) {
    Tensor x = self();
    if (amounts.length % 2 != 0 || amounts.length > 2 * x.rank()) {
      throw new ShapeException(
          "pad: wants two amounts a dimension, for the last dimensions of %s; got %s"
              .formatted(x.shape(), Arrays.toString(amounts)));
    }
    for (int i = 0; i < amounts.length; i += 2) {
      int dim = x.rank() - 1 - i / 2;
      int before = Math.max(-amounts[i], 0);
      int left = x.size(dim) - before - Math.max(-amounts[i + 1], 0);
      if (left < 0) {
        throw new ShapeException(
            "pad: %s takes away more of dimension %d of %s than there is"
                .formatted(Arrays.toString(amounts), dim, x.shape()));
      }
      x = left == x.size(dim) ? x : x.narrow(dim, before, left);
    }
    return x;
  }

  /** Which elements of a dimension stand where. */
  private static Tensor continued(Shape shape, int dim, int before, int after, PaddingMode mode) {
    int n = shape.size(dim);
    int largest =
        switch (mode) {
          case REFLECT -> n - 1;
          case CIRCULAR -> n;
          default -> n == 0 ? 0 : Integer.MAX_VALUE;
        };
    if (Math.max(before, after) > largest) {
      throw new ShapeException(
          "pad: %d and %d elements cannot be added to dimension %d of %s by %s; expected at most %d"
              .formatted(before, after, dim, shape, mode, largest));
    }
    long[] index = new long[before + n + after];
    for (int i = 0; i < index.length; i++) {
      int at = i - before;
      index[i] =
          switch (mode) {
            case REFLECT -> n - 1 - Math.abs(n - 1 - Math.abs(at));
            case CIRCULAR -> Math.floorMod(at, n);
            default -> Math.max(0, Math.min(n - 1, at));
          };
    }
    return Tensor.of(index);
  }
}
