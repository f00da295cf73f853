package dev.tern.shape;

/** Tensors on different devices in one operation, or a device that cannot be used. */
public final class DeviceException extends TernException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message what came and what fits
   */
  public DeviceException(String message) {
    super(message);
  }
}
