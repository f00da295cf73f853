package dev.tern.shape;

/** Sizes that do not fit the operation they were given to. */
public final class ShapeException extends TernException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message what came and what fits
   */
  public ShapeException(String message) {
    super(message);
  }
}
