package dev.tern.device.cuda;

import dev.tern.shape.Shape;
import dev.tern.shape.ShapeException;
import dev.tern.shape.View;

/**
 * How a kernel walks operands in step with a dense result. Dimensions along which all of them walk
 * alike are merged; what is left is, innermost first, the kernels' struct {@code Walk}.
 */
final class Walk {
  /** The dimensions and operands that the struct has room for. */
  private static final int RANK = 8;

  private static final int OPERANDS = 3;

  private final int[] sizes;
  private final int[][] steps; // [operand][dimension]
  private int rank;

  /** One launch: of n elements, from these offsets on. */
  interface Part {
    void launch(int[] walk, int n, int result, int[] operands);
  }

  private Walk(int operands, int rank) {
    sizes = new int[rank];
    steps = new int[operands][rank];
  }

  /**
   * Operands that broadcast to the result.
   *
   * @throws ShapeException if one does not
   */
  static Walk broadcast(Shape out, Shape... operands) {
    Walk walk = new Walk(operands.length, out.rank());
    int[] dense = new int[operands.length];
    int[] step = new int[operands.length];
    java.util.Arrays.fill(dense, 1);
    for (int d = out.rank() - 1; d >= 0; d--) {
      for (int o = 0; o < operands.length; o++) {
        Shape operand = operands[o];
        int at = d - (out.rank() - operand.rank());
        int own = at < 0 ? 1 : operand.size(at);
        if (own != 1 && own != out.size(d) || operand.rank() > out.rank()) {
          throw new ShapeException(operand + " does not broadcast to " + out);
        }
        step[o] = own == 1 ? 0 : dense[o];
        dense[o] *= own;
      }
      walk.add(out.size(d), step);
    }
    return walk;
  }

  /** What a view sees: the first operand is the memory it is of, the second is dense. */
  static Walk of(View view) {
    Walk walk = new Walk(2, view.shape().rank());
    int dense = 1;
    for (int d = view.shape().rank() - 1; d >= 0; d--) {
      walk.add(view.shape().size(d), view.stride(d), dense);
      dense *= view.shape().size(d);
    }
    return walk;
  }

  /** Some dimensions of this, in the order given. */
  Walk only(int... dimensions) {
    Walk some = new Walk(steps.length, dimensions.length);
    for (int d : dimensions) {
      some.sizes[some.rank] = sizes[d];
      for (int o = 0; o < steps.length; o++) {
        some.steps[o][some.rank] = steps[o][d];
      }
      some.rank++;
    }
    return some;
  }

  /** Only the operands from one on. */
  Walk from(int operand) {
    Walk less = new Walk(steps.length - operand, rank);
    less.rank = rank;
    System.arraycopy(sizes, 0, less.sizes, 0, rank);
    for (int o = operand; o < steps.length; o++) {
      System.arraycopy(steps[o], 0, less.steps[o - operand], 0, rank);
    }
    return less;
  }

  /** One dimension further out. */
  private void add(int size, int... step) {
    boolean merges = rank > 0;
    for (int o = 0; merges && o < step.length; o++) {
      merges = step[o] == steps[o][rank - 1] * sizes[rank - 1];
    }
    if (merges) {
      sizes[rank - 1] *= size;
    } else if (size != 1) {
      for (int o = 0; o < step.length; o++) {
        steps[o][rank] = step[o];
      }
      sizes[rank++] = size;
    }
  }

  int rank() {
    return rank;
  }

  int size(int dimension) {
    return sizes[dimension];
  }

  int step(int operand, int dimension) {
    return steps[operand][dimension];
  }

  /** All elements. */
  int numel() {
    int product = 1;
    for (int d = 0; d < rank; d++) {
      product *= sizes[d];
    }
    return product;
  }

  /**
   * Whether all operands move along a single row or stand still, so that {@link #step} of dimension
   * 0 says all.
   */
  boolean isRow() {
    return rank <= 1;
  }

  /** How an operand moves along the one row: 0 or 1. */
  int rowStep(int operand) {
    return rank == 0 ? 1 : steps[operand][0];
  }

  /** Launches once, or, beyond the dimensions that a kernel can walk, once an index of those. */
  void each(Part part) {
    int inner = Math.min(rank, RANK);
    int[] struct = struct(inner);
    int n = 1;
    for (int d = 0; d < inner; d++) {
      n *= sizes[d];
    }
    int launches = 1;
    for (int d = inner; d < rank; d++) {
      launches *= sizes[d];
    }
    for (int launch = 0; launch < launches && n > 0; launch++) {
      part.launch(struct, n, launch * n, offsets(launch, inner));
    }
  }

  /** Where the operands are at one index of the dimensions from one on. */
  int[] offsets(int index, int fromDimension) {
    int[] offsets = new int[steps.length];
    int rest = index;
    for (int d = fromDimension; d < rank; d++) {
      for (int o = 0; o < steps.length; o++) {
        offsets[o] += rest % sizes[d] * steps[o][d];
      }
      rest /= sizes[d];
    }
    return offsets;
  }

  /** The innermost dimensions as the kernels' struct. */
  int[] struct(int dimensions) {
    if (dimensions > RANK) {
      throw new IllegalArgumentException(
          "a kernel walks %d dimensions at most, got %d".formatted(RANK, dimensions));
    }
    int[] struct = new int[1 + 3 * RANK + OPERANDS * RANK];
    struct[0] = dimensions;
    for (int d = 0; d < RANK; d++) {
      Divisor.put(d < dimensions ? sizes[d] : 1, struct, 1 + 3 * d);
      for (int o = 0; o < steps.length && d < dimensions; o++) {
        struct[1 + (3 + o) * RANK + d] = steps[o][d];
      }
    }
    return struct;
  }
}
