package dev.tern.device.cuda;

import dev.tern.shape.DType;
import java.util.Locale;

/** The part of a product that one block computes, as {@code gemm.cuh} has them. */
enum Tile {
  /** For large products. */
  LARGE(128, 128, 256),
  /** For few rows and many columns, as convolutions have. */
  WIDE(32, 128, 128),
  /** For small products, and for what is not FLOAT32. */
  SMALL(32, 32, 64);

  /** A larger tile is chosen only where there are so many: a GPU has about 100 processors. */
  private static final int ENOUGH_BLOCKS = 64;

  final int rows;
  final int columns;
  final int threads;

  Tile(int rows, int columns, int threads) {
    this.rows = rows;
    this.columns = columns;
    this.threads = threads;
  }

  /** The largest that fills the GPU and is itself filled. */
  static Tile of(DType dtype, int rows, int columns, int batch) {
    if (dtype == DType.FLOAT32) {
      for (Tile tile : new Tile[] {LARGE, WIDE}) {
        boolean filled = rows > tile.rows / 2 && columns > tile.columns / 2;
        if (filled && (long) tile.blocks(rows, columns) * batch >= ENOUGH_BLOCKS) {
          return tile;
        }
      }
    }
    return SMALL;
  }

  /** How many cover a matrix. */
  int blocks(int allRows, int allColumns) {
    return ((allRows + rows - 1) / rows) * ((allColumns + columns - 1) / columns);
  }

  String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
