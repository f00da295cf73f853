package dev.tern.device.cpu;

import dev.tern.device.BinaryOp;

/** Sums that some tasks made, each over a part: they are added in one order, whoever does it. */
final class PartialSums {
  /** The sums that a task adds. */
  private static final int ELEMENTS = 1 << 11;

  private PartialSums() {}

  /**
   * Adds parts of {@code size} sums each, which lie behind each other.
   *
   * @param to where the totals are written, from {@code at} on; may be {@code sums} from 0 on
   */
  static void add(int parts, int size, float[] sums, float[] to, int at) {
    Team.run(
        (size + ELEMENTS - 1) / ELEMENTS,
        (long) parts * size,
        task -> {
          int first = task * ELEMENTS;
          int n = Math.min(ELEMENTS, size - first);
          int total = at + first;
          System.arraycopy(sums, first, to, total, n);
          for (int part = 1; part < parts; part++) {
            int from = part * size + first;
            Simd.get().binary(BinaryOp.ADD, to, total, 1, sums, from, 1, to, total, n);
          }
        });
  }

  /**
   * Likewise of some rows.
   *
   * @param step how far apart the rows of the totals are
   */
  static void addRows(int parts, int rows, int width, float[] sums, float[] to, int at, int step) {
    if (step == width) {
      add(parts, rows * width, sums, to, at);
      return;
    }
    add(parts, rows * width, sums, sums, 0);
    for (int row = 0; row < rows; row++) {
      System.arraycopy(sums, row * width, to, at + row * step, width);
    }
  }
}
