package dev.tern.nn;

import dev.tern.shape.ShapeException;
import org.jspecify.annotations.Nullable;

/**
 * How an embedding looks its rows up: an immutable value with names, {@code
 * EmbeddingOptions.DEFAULTS.paddingIdx(0).maxNorm(1)}.
 *
 * @param paddingIdx the row that gets no gradient, counted from the end where negative; or null
 * @param maxNorm rows that are looked up and longer than this are shortened in place; or null
 * @param normType p of the norm that measures them, 2 by default
 */
public record EmbeddingOptions(
    @Nullable Integer paddingIdx, @Nullable Double maxNorm, double normType) {
  /** PyTorch's defaults: no padding, rows of any length. */
  public static final EmbeddingOptions DEFAULTS = new EmbeddingOptions(null, null, 2);

  /** The same, but this row gets no gradient. */
  public EmbeddingOptions paddingIdx(@Nullable Integer row) {
    return new EmbeddingOptions(row, maxNorm, normType);
  }

  /** The same, but rows are shortened to this. */
  public EmbeddingOptions maxNorm(double norm) {
    return new EmbeddingOptions(paddingIdx, norm, normType);
  }

  /** The same, but rows are measured by this norm. */
  public EmbeddingOptions normType(double p) {
    return new EmbeddingOptions(paddingIdx, maxNorm, p);
  }

  /** The padding's row, counted from the beginning, of a table of so many rows. */
  @Nullable Integer paddingRow(int rows) {
    if (paddingIdx == null) {
      return null;
    }
    if (paddingIdx < -rows || paddingIdx >= rows) {
      throw new ShapeException(
          "padding index %d is out of range for %d rows".formatted(paddingIdx, rows));
    }
    return Math.floorMod(paddingIdx, rows);
  }
}
