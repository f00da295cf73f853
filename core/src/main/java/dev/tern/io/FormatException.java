package dev.tern.io;

import java.io.IOException;

/**
 * A file that is damaged, or holds what Tern does not read. The message says what was found and,
 * where there is one, the way to a file that fits.
 */
public class FormatException extends IOException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message what came and what fits
   */
  public FormatException(String message) {
    super(message);
  }

  /**
   * Creates the exception.
   *
   * @param message what came and what fits
   * @param cause what found it out
   */
  public FormatException(String message, Throwable cause) {
    super(message, cause);
  }
}
