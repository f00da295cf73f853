package dev.tern.device.cuda;

import dev.tern.device.Data;
import dev.tern.shape.DType;
import dev.tern.shape.ShapeException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What kernels find wrong with their operands. They cannot throw: they leave a note on the device
 * and do nothing further, and the note is read when the host next waits for the device anyway.
 */
final class Faults {
  private static final int INDEX_OUT_OF_RANGE = 1;
  private static final int DIVISION_BY_ZERO = 2;

  private static final String INDEX =
      "index %d at position %d is out of range for a dimension of %d";

  /** So many different messages are kept; beyond them the general one must do. */
  private static final int MOST_MESSAGES = 4096;

  private final CudaDevice device;
  private final Data note; // kind and message, value, position, limit
  private final List<String> messages = new ArrayList<>(List.of(INDEX));
  private final Map<String, Integer> numbers = new HashMap<>();
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

  /** That a kernel which was launched before, in a graph, may write to the note again. */
  void mayRecur() {
    possible = true;
  }

  /**
   * The number by which a kernel notes how an index out of range is to be put.
   *
   * @param format of the index, its position and the limit
   */
  synchronized int message(String format) {
    Integer known = numbers.get(format);
    if (known != null || messages.size() == MOST_MESSAGES) {
      return known == null ? 0 : known;
    }
    messages.add(format);
    numbers.put(format, messages.size() - 1);
    return messages.size() - 1;
  }

  private synchronized String format(int message) {
    return messages.get(message);
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
              format((int) (found[0] >>> 32)).formatted(found[1], found[2], found[3]));
      case DIVISION_BY_ZERO -> throw new ArithmeticException("/ by zero");
      default -> throw new IllegalStateException("a kernel reported fault " + found[0]);
    }
  }
}
