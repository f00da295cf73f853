package dev.tern.device.cuda;

import dev.tern.device.Data;
import dev.tern.shape.DType;
import dev.tern.shape.ShapeException;

/**
 * What kernels find wrong with their operands. They cannot throw: they leave a note on the device
 * and do nothing further, and the note is read when the host next waits for the device anyway.
 */
final class Faults {
  private static final int INDEX_OUT_OF_RANGE = 1;
  private static final int DIVISION_BY_ZERO = 2;

  private final CudaDevice device;
  private final Data note; // kind, value, position, limit
  private volatile boolean possible;

  Faults(CudaDevice device) {
    this.device = device;
    note = Elements.temporary(device, DType.INT64, 4);
    clear();
  }

  private void clear() {
    device.upload(new long[4], 0, note);
  }

  /** The note, for a kernel that may write to it. */
  Data note() {
    possible = true;
    return note;
  }

  /**
   * Reads the note, if a kernel may have written to it.
   *
   * @throws ShapeException if an index was out of range
   * @throws ArithmeticException if a whole number was divided by zero
   */
  void check() {
    if (!possible) {
      return;
    }
    possible = false;
    long[] found = new long[4];
    device.download(note, found, 0);
    if (found[0] == 0) {
      return;
    }
    clear();
    switch ((int) found[0]) {
      case INDEX_OUT_OF_RANGE ->
          throw new ShapeException(
              "index %d at position %d is out of range for a dimension of %d"
                  .formatted(found[1], found[2], found[3]));
      case DIVISION_BY_ZERO -> throw new ArithmeticException("/ by zero");
      default -> throw new IllegalStateException("a kernel reported fault " + found[0]);
    }
  }
}
