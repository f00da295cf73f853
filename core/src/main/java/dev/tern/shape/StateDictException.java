package dev.tern.shape;

/** A state dict that does not fit the module it was given to; the module is left as it was. */
public final class StateDictException extends TernException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message what came and what fits
   */
  public StateDictException(String message) {
    super(message);
  }
}
