package dev.tern.device.cpu;

import dev.tern.shape.Shape;
import dev.tern.shape.ShapeException;

/**
 * How dense operands of several shapes are walked in step with a dense result. Dimensions that all
 * walk alike become one; what is left is rows along which each operand moves by 1 or stands still.
 */
final class Broadcast {
  /** Rows are given to the team in blocks of about this many elements. */
  private static final int BLOCK = 1 << 15;

  private final int operands;
  private final int count; // dimensions left, the innermost first
  private final int[] sizes;
  private final int[][] steps; // [operand][dimension]
  private final int rows;

  /** What is done with one row; offsets are counted from each operand's first element. */
  interface Row {
    void at(int out, int a, int b, int c);
  }

  private Broadcast(int operands, int count, int[] sizes, int[][] steps) {
    this.operands = operands;
    this.count = count;
    this.sizes = sizes;
    this.steps = steps;
    int product = 1;
    for (int d = 1; d < count; d++) {
      product *= sizes[d];
    }
    this.rows = product;
  }

  /**
   * The plan for one to three operands.
   *
   * @throws ShapeException if one does not broadcast to the result
   */
  static Broadcast of(Shape out, Shape... operands) {
    int rank = out.rank();
    int[] sizes = new int[Math.max(1, rank)];
    int[][] steps = new int[3][Math.max(1, rank)];
    int[] dense = {1, 1, 1};
    int[] step = new int[3];
    int count = 0;
    for (int d = rank - 1; d >= 0; d--) {
      int size = out.size(d);
      boolean merges = count > 0;
      for (int o = 0; o < operands.length; o++) {
        int at = d - (rank - operands[o].rank());
        int own = at < 0 ? 1 : operands[o].size(at);
        if (own != 1 && own != size || operands[o].rank() > rank) {
          throw new ShapeException(operands[o] + " does not broadcast to " + out);
        }
        step[o] = own == 1 ? 0 : dense[o];
        dense[o] *= own;
        merges = merges && step[o] == steps[o][count - 1] * sizes[count - 1];
      }
      if (merges) {
        sizes[count - 1] *= size;
      } else if (size != 1) {
        for (int o = 0; o < operands.length; o++) {
          steps[o][count] = step[o];
        }
        sizes[count++] = size;
      }
    }
    if (count == 0) {
      sizes[count++] = 1;
    }
    return new Broadcast(operands.length, count, sizes, steps);
  }

  /** The length of a row. */
  int length() {
    return sizes[0];
  }

  /** How many rows there are. */
  int rows() {
    return rows;
  }

  /** By how much an operand moves along a row: 1 or 0. */
  int step(int operand) {
    return steps[operand][0];
  }

  /** Visits every row; many rows on many threads, in blocks that depend on the shape alone. */
  void each(Row row) {
    if (sizes[0] == 0 || rows == 0) {
      return;
    }
    int block = Math.max(1, BLOCK / sizes[0]);
    if (rows < 2 * block || sizes[0] >= BLOCK) {
      walk(0, rows, row);
    } else {
      Team.run(
          (rows + block - 1) / block, i -> walk(i * block, Math.min(rows, (i + 1) * block), row));
    }
  }

  private void walk(int from, int to, Row row) {
    int[] index = new int[count];
    int[] at = new int[3];
    int rest = from;
    for (int d = 1; d < count; d++) {
      index[d] = rest % sizes[d];
      rest /= sizes[d];
      for (int o = 0; o < operands; o++) {
        at[o] += index[d] * steps[o][d];
      }
    }
    for (int r = from; r < to; r++) {
      row.at(r * sizes[0], at[0], at[1], at[2]);
      for (int d = 1; d < count; d++) {
        index[d]++;
        boolean wraps = index[d] == sizes[d];
        for (int o = 0; o < operands; o++) {
          at[o] += wraps ? steps[o][d] * (1 - sizes[d]) : steps[o][d];
        }
        if (!wraps) {
          break;
        }
        index[d] = 0;
      }
    }
  }
}
