package dev.tern.shape;

/** An element type that an operation does not take, or two that do not go together. */
public final class DTypeException extends TernException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message what came and what fits
   */
  public DTypeException(String message) {
    super(message);
  }
}
