package dev.tern;

import dev.tern.shape.Shape;
import dev.tern.shape.ShapeException;
import java.util.ArrayList;
import java.util.List;

/** How several tensors become one: static methods of {@link Tensor}. */
public abstract sealed class Combination extends Creation permits Tensor {
  Combination() {}

  /**
   * Tensors one after the other along a dimension, {@code torch.cat}.
   *
   * @throws ShapeException if there are none, or they differ in another dimension
   */
  public static Tensor cat(List<Tensor> tensors, int dim) {
    if (tensors.isEmpty()) {
      throw new ShapeException("cat: wants at least one tensor, got none");
    }
    Tensor first = tensors.get(0);
    int total = 0;
    for (Tensor tensor : tensors) {
      Tensor.expectSame("cat", first, tensor);
      if (!Movement.fits(first.shape(), tensor.shape(), dim)) {
        throw new ShapeException(
            "cat: %s and %s differ in more than dimension %d"
                .formatted(first.shape(), tensor.shape(), dim));
      }
      total += tensor.size(dim);
    }
    Tensor y = first.empty(first.shape().with(dim, total));
    Gradient[] gradients = new Gradient[tensors.size()];
    int start = 0;
    for (int i = 0; i < gradients.length; i++) {
      Tensor tensor = tensors.get(i);
      int from = start;
      int length = tensor.size(dim);
      y.backend().write(tensor.data(), y.storage(), y.layout().slice(dim, from, length, 1));
      gradients[i] = Gradient.grad(tensor, dy -> dy.narrow(dim, from, length));
      start += length;
    }
    return y.from("cat", gradients);
  }

  /** Tensors of one shape along a new dimension, {@code torch.stack}. */
  public static Tensor stack(List<Tensor> tensors, int dim) {
    return cat(tensors.stream().map(tensor -> tensor.unsqueeze(dim)).toList(), dim);
  }

  /** Tensors of one dimension joined, others stacked along the rows: {@code torch.hstack}. */
  public static Tensor hstack(List<Tensor> tensors) {
    boolean rows = !tensors.isEmpty() && tensors.get(0).rank() < 2;
    return rows
        ? cat(tensors.stream().map(tensor -> tensor.reshape(-1)).toList(), 0)
        : cat(tensors, 1);
  }

  /** Rows and matrices one below the other: {@code torch.vstack}. */
  public static Tensor vstack(List<Tensor> tensors) {
    return cat(
        tensors.stream().map(tensor -> tensor.rank() < 2 ? tensor.reshape(1, -1) : tensor).toList(),
        0);
  }

  /** All broadcast to one shape, {@code torch.broadcast_tensors}. */
  public static List<Tensor> broadcastTensors(Tensor... tensors) {
    Shape shape = Shape.of();
    for (Tensor tensor : tensors) {
      shape = Shape.broadcast("broadcastTensors", shape, tensor.shape());
    }
    List<Tensor> spread = new ArrayList<>();
    for (Tensor tensor : tensors) {
      spread.add(tensor.expand(shape));
    }
    return spread;
  }

  /**
   * The coordinates of a grid, one tensor an axis, {@code torch.meshgrid(indexing='ij')}.
   *
   * @param axes rows (or single numbers) of coordinates
   */
  public static List<Tensor> meshgrid(Tensor... axes) {
    int[] sizes = new int[axes.length];
    for (int d = 0; d < axes.length; d++) {
      if (axes[d].rank() > 1) {
        throw new ShapeException("meshgrid: wants rows of coordinates, got " + axes[d].shape());
      }
      sizes[d] = axes[d].numel();
    }
    List<Tensor> grid = new ArrayList<>();
    for (int d = 0; d < axes.length; d++) {
      int[] own = new int[axes.length];
      java.util.Arrays.fill(own, 1);
      own[d] = sizes[d];
      grid.add(axes[d].reshape(own).expand(sizes));
    }
    return grid;
  }

  /** Every pair, triple, ... of the elements of rows: {@code [count, rows]}. */
  public static Tensor cartesianProd(Tensor... rows) {
    return stack(meshgrid(rows).stream().map(axis -> axis.reshape(-1)).toList(), -1);
  }

  /** Matrices along the diagonal of a larger one, zeros elsewhere. */
  public static Tensor blockDiag(Tensor... blocks) {
    int columns = 0;
    for (Tensor block : blocks) {
      if (block.rank() != 2) {
        throw new ShapeException("blockDiag: wants matrices, got " + block.shape());
      }
      columns += block.size(1);
    }
    List<Tensor> rows = new ArrayList<>();
    int left = 0;
    for (Tensor block : blocks) {
      rows.add(block.pad(left, columns - left - block.size(1)));
      left += block.size(1);
    }
    return cat(rows, 0);
  }

  /**
   * Sums of products by Einstein's notation, {@code torch.einsum}: {@code einsum("bij,bjk->bik", a,
   * b)}.
   *
   * @param equation a letter a dimension, operands separated by commas; "..." stands for any number
   *     of dimensions that broadcast; without an arrow the result has the letters that occur once,
   *     in alphabetical order
   * @throws ShapeException if the equation does not fit the operands
   */
  public static Tensor einsum(String equation, Tensor... operands) {
    return Einsum.compute(equation, operands);
  }
}
