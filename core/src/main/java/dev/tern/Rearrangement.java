package dev.tern;

import static dev.tern.Gradient.grad;

import dev.tern.shape.Shape;
import dev.tern.shape.ShapeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Elements in another order, in pieces, or several times. */
public sealed interface Rearrangement permits Tensor {
  private Tensor self() {
    return (Tensor) this;
  }

  // dimensions

  /** One dimension moved to another place. */
  default Tensor movedim(int from, int to) {
    return movedim(new int[] {from}, new int[] {to});
  }

  /** Some dimensions moved to other places, the rest in their order. */
  default Tensor movedim(int[] from, int[] to) {
    Shape shape = self().shape();
    int rank = shape.rank();
    int[] order = new int[rank];
    Arrays.fill(order, -1);
    boolean[] moved = new boolean[rank];
    boolean fits = from.length == to.length;
    for (int i = 0; fits && i < from.length; i++) {
      int source = shape.axis(from[i]);
      int target = shape.axis(to[i]);
      fits = !moved[source] && order[target] < 0;
      moved[source] = true;
      order[target] = source;
    }
    if (!fits) {
      throw new ShapeException(
          "movedim: %s to %s of %s".formatted(Arrays.toString(from), Arrays.toString(to), shape));
    }
    int next = 0;
    for (int d = 0; d < rank; d++) {
      if (order[d] < 0) {
        while (moved[next]) {
          next++;
        }
        order[d] = next++;
      }
    }
    return self().permute(order);
  }

  /** As {@link Tensor#transpose}. */
  default Tensor swapaxes(int dim0, int dim1) {
    return self().transpose(dim0, dim1);
  }

  /** The transpose of the last two dimensions, {@code torch.Tensor.mT}. */
  default Tensor mT() {
    return self().transpose(-2, -1);
  }

  /** One dimension as several, of which one may be -1. */
  default Tensor unflatten(int dim, int... sizes) {
    Shape shape = self().shape();
    int axis = shape.axis(dim);
    int[] split = Shape.of(shape.size(axis)).resolve("unflatten", sizes).toArray();
    int[] full = new int[shape.rank() - 1 + split.length];
    int[] own = shape.toArray();
    System.arraycopy(own, 0, full, 0, axis);
    System.arraycopy(split, 0, full, axis, split.length);
    System.arraycopy(own, axis + 1, full, axis + split.length, own.length - axis - 1);
    return self().reshape(full);
  }

  /** Broadcast to another tensor's shape. */
  default Tensor expandAs(Tensor other) {
    return self().expand(other.shape());
  }

  /** Seen in another tensor's shape. */
  default Tensor viewAs(Tensor other) {
    return self().view(other.shape().toArray());
  }

  /** In another tensor's shape. */
  default Tensor reshapeAs(Tensor other) {
    return self().reshape(other.shape());
  }

  /** In one row, a view where that needs no copy. */
  default Tensor ravel() {
    return self().reshape(-1);
  }

  // pieces

  /** Pieces of the given sizes along a dimension. */
  default List<Tensor> split(int[] sizes, int dim) {
    int total = Arrays.stream(sizes).sum();
    if (total != self().size(dim)) {
      throw new ShapeException(
          "split: sizes %s add up to %d, dimension %d of %s has %d"
              .formatted(Arrays.toString(sizes), total, dim, self().shape(), self().size(dim)));
    }
    List<Tensor> pieces = new ArrayList<>();
    int start = 0;
    for (int size : sizes) {
      pieces.add(self().narrow(dim, start, size));
      start += size;
    }
    return pieces;
  }

  /** At most {@code chunks} pieces of equal size, the last one smaller if it must be. */
  default List<Tensor> chunk(int chunks, int dim) {
    if (chunks < 1) {
      throw new ShapeException("chunk: wants at least 1 piece, got " + chunks);
    }
    int size = self().size(dim);
    int each = Math.max(1, (size + chunks - 1) / chunks);
    int[] sizes = new int[Math.max(1, (size + each - 1) / each)];
    Arrays.fill(sizes, each);
    sizes[sizes.length - 1] = size - each * (sizes.length - 1);
    return split(sizes, dim);
  }

  /** Pieces of one size along a dimension, the last one smaller if it must be. */
  default List<Tensor> split(int size, int dim) {
    int n = self().size(dim);
    if (size < 1) {
      throw new ShapeException("split: wants pieces of at least 1, got " + size);
    }
    int[] sizes = new int[Math.max(1, (n + size - 1) / size)];
    Arrays.fill(sizes, size);
    sizes[sizes.length - 1] = n - size * (sizes.length - 1);
    return split(sizes, dim);
  }

  /** So many pieces along a dimension, their sizes at most one apart, the larger ones first. */
  default List<Tensor> tensorSplit(int sections, int dim) {
    int n = self().size(dim);
    if (sections < 1) {
      throw new ShapeException("tensorSplit: wants at least 1 piece, got " + sections);
    }
    int[] sizes = new int[sections];
    Arrays.setAll(sizes, i -> n / sections + (i < n % sections ? 1 : 0));
    return split(sizes, dim);
  }

  /** Every index of a dimension, which disappears. */
  default List<Tensor> unbind(int dim) {
    List<Tensor> slices = new ArrayList<>();
    for (int i = 0; i < self().size(dim); i++) {
      slices.add(self().select(dim, i));
    }
    return slices;
  }

  // copies

  /** A copy of its own, {@code torch.clone()}; gradients flow through it. */
  default Tensor copy() {
    Tensor x = self();
    x.storage().expectHeld();
    Tensor y = x.empty(x.shape());
    x.backend().read(x.storage(), x.layout(), y.data());
    return y.from("copy", grad(x, dy -> dy));
  }

  /** This tensor if its elements lie one after the other, else a copy whose elements do. */
  default Tensor contiguous() {
    return self().isContiguous() ? self() : copy();
  }

  /** The tensor repeated along each dimension, {@code torch.Tensor.repeat}. */
  default Tensor repeat(int... times) {
    Tensor x = self();
    int added = times.length - x.rank();
    if (added < 0) {
      throw new ShapeException(
          "repeat: %s wants a number a dimension, got %s"
              .formatted(x.shape(), Arrays.toString(times)));
    }
    // [n, m] repeated (a, b) is [a, n, b, m], flattened
    int[] split = new int[2 * times.length];
    int[] spread = new int[2 * times.length];
    int[] sizes = new int[times.length];
    for (int d = 0; d < times.length; d++) {
      int size = d < added ? 1 : x.size(d - added);
      split[2 * d] = 1;
      split[2 * d + 1] = size;
      spread[2 * d] = times[d];
      spread[2 * d + 1] = size;
      sizes[d] = times[d] * size;
    }
    return x.reshape(split).expand(spread).reshape(sizes);
  }

  /** The order of some dimensions reversed. */
  default Tensor flip(int... dims) {
    Tensor y = self();
    for (int dim : dims) {
      long[] order = new long[y.size(dim)];
      Arrays.setAll(order, i -> order.length - 1L - i);
      y = y.indexSelect(dim, Tensor.of(order).to(y.device()));
    }
    return y;
  }

  /** The elements moved along dimensions, those beyond the end to the beginning. */
  default Tensor roll(int[] shifts, int[] dims) {
    if (shifts.length != dims.length) {
      throw new ShapeException(
          "roll: %d shifts do not fit %d dimensions".formatted(shifts.length, dims.length));
    }
    Tensor y = self();
    for (int i = 0; i < dims.length; i++) {
      int n = y.size(dims[i]);
      int start = n == 0 ? 0 : Math.floorMod(-shifts[i], n);
      if (start != 0) {
        y =
            Tensor.cat(
                List.of(y.narrow(dims[i], start, n - start), y.narrow(dims[i], 0, start)), dims[i]);
      }
    }
    return y == self() ? y.copy() : y;
  }

  /** The elements moved along one dimension. */
  default Tensor roll(int shift, int dim) {
    return roll(new int[] {shift}, new int[] {dim});
  }

  /** The elements moved in the row-major order. */
  default Tensor roll(int shift) {
    return self().reshape(-1).roll(shift, 0).reshape(self().shape());
  }

  /** A plane turned by quarters, from the first dimension towards the second. */
  default Tensor rot90(int quarters, int dim0, int dim1) {
    Tensor x = self();
    if (x.shape().axis(dim0) == x.shape().axis(dim1)) {
      throw new ShapeException("rot90: dimensions " + dim0 + " and " + dim1 + " are the same");
    }
    return switch (Math.floorMod(quarters, 4)) {
      case 1 -> x.flip(dim1).transpose(dim0, dim1);
      case 2 -> x.flip(dim0, dim1);
      case 3 -> x.flip(dim0).transpose(dim0, dim1);
      default -> x.copy();
    };
  }

  /** As {@link #repeat}, with times for the last dimensions only where they are fewer. */
  default Tensor tile(int... times) {
    int missing = Math.max(0, self().rank() - times.length);
    int[] full = new int[missing + times.length];
    Arrays.fill(full, 1);
    System.arraycopy(times, 0, full, missing, times.length);
    return repeat(full);
  }

  /** Each index of a dimension so many times in a row. */
  default Tensor repeatInterleave(int times, int dim) {
    if (times < 0) {
      throw new ShapeException("repeatInterleave: wants times of at least 0, got " + times);
    }
    int axis = self().shape().axis(dim);
    int[] sizes = self().shape().insert(axis + 1, times).toArray();
    return self().unsqueeze(axis + 1).expand(sizes).flatten(axis, axis + 1);
  }

  /** Each index of a dimension as often as its number says. */
  default Tensor repeatInterleave(Tensor times, int dim) {
    Places.expectIndex("repeatInterleave", times);
    int n = self().size(dim);
    long[] counts = times.toLongArray();
    if (times.rank() != 1 || counts.length != n || Arrays.stream(counts).anyMatch(c -> c < 0)) {
      throw new ShapeException(
          "repeatInterleave: times %s do not fit dimension %d of %s; expected %d, none negative"
              .formatted(times.shape(), dim, self().shape(), n));
    }
    long[] index = new long[Math.toIntExact(Arrays.stream(counts).sum())];
    int at = 0;
    for (int i = 0; i < n; i++) {
      Arrays.fill(index, at, at + (int) counts[i], i);
      at += (int) counts[i];
    }
    return self().indexSelect(dim, Tensor.of(index).to(self().device()));
  }
}
