package dev.tern.shape;

import org.jspecify.annotations.Nullable;

/**
 * What every unchecked exception of Tern extends: the caller passed something that does not fit.
 */
public abstract class TernException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private String where = "";

  TernException(String message) {
    super(message);
  }

  /**
   * Adds one step of a module's path, innermost first, as the exception leaves that module.
   *
   * @param name the child's name in its parent, for example {@code conv} or {@code 4}
   */
  public final void within(String name) {
    where = where.isEmpty() ? name : name + "." + where;
  }

  /** The message, with the path of the module it happened in, if any. */
  @Override
  public @Nullable String getMessage() {
    return where.isEmpty() ? super.getMessage() : super.getMessage() + " (at " + where + ")";
  }
}
