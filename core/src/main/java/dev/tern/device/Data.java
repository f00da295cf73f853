package dev.tern.device;

import dev.tern.shape.DType;
import dev.tern.shape.Shape;

/**
 * What a kernel reads or writes: dense, row-major elements of a storage from an offset on.
 *
 * @param storage the memory
 * @param offset the index of the first element
 * @param shape the sizes
 */
public record Data(Storage storage, int offset, Shape shape) {
  /** The type of the elements. */
  public DType dtype() {
    return storage.dtype();
  }

  /** The number of elements. */
  public int numel() {
    return shape.numel();
  }

  /** The same elements in another shape of as many. */
  public Data reshape(int... sizes) {
    return new Data(storage, offset, Shape.of(sizes));
  }
}
