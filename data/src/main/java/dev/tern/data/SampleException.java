package dev.tern.data;

import org.jspecify.annotations.Nullable;

/** An example that could not be fetched, or does not fit the others of its batch. */
public final class SampleException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int index;

  SampleException(int index, String message, @Nullable Throwable cause) {
    super("sample " + index + ": " + message, cause);
    this.index = index;
  }

  /**
   * An example of a dataset.
   *
   * @throws SampleException if it cannot be fetched; an Error, such as too little memory, leaves as
   *     it is
   */
  static Sample naming(int index, Dataset dataset) {
    try {
      return dataset.get(index);
    } catch (RuntimeException e) {
      throw new SampleException(index, String.valueOf(e.getMessage()), e);
    }
  }

  /** The example's index in its dataset. */
  public int index() {
    return index;
  }
}
