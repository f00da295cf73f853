package dev.tern.device.cpu;

/**
 * Some 4x4 tiles of the planes of some images: rows of tiles from {@code firstRow} on, the same in
 * each image. A tile at the lower or right edge may reach beyond its plane; what it would hold
 * there counts as zero, or is left out.
 *
 * @param h the height of a plane
 * @param w the width of a plane
 */
public record Tiles(int h, int w, int images, int firstRow, int rows) {
  /** The edge of a tile. */
  public static final int EDGE = 4;

  /** Tiles beside each other. */
  public int across() {
    return across(w);
  }

  /** All tiles of all images. */
  public int count() {
    return images * rows * across();
  }

  /** {@link #count}, rounded up to what a matrix product takes at a time. */
  public int padded() {
    return padded(count());
  }

  /** So many tiles, rounded up likewise. */
  static int padded(int tiles) {
    return (tiles + 7) / 8 * 8;
  }

  /** The first row of elements. */
  public int top() {
    return EDGE * firstRow;
  }

  /** The row of elements after the last one. */
  public int bottom() {
    return Math.min(h, top() + EDGE * rows);
  }

  /** So many tiles cover a length. */
  static int across(int length) {
    return (length + EDGE - 1) / EDGE;
  }
}
