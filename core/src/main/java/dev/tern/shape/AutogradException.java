package dev.tern.shape;

/** A backward pass that cannot be run, or a change that would make its gradients wrong. */
public final class AutogradException extends TernException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message what came and what fits
   */
  public AutogradException(String message) {
    super(message);
  }
}
