package dev.tern.device;

import dev.tern.shape.AutogradException;
import dev.tern.shape.DType;
import org.jspecify.annotations.Nullable;

/**
 * A block of memory on one device, shared by the tensors that view it. It counts the in-place
 * changes made to it, so that a backward pass can tell whether what it saved is still what it was.
 */
public abstract class Storage {
  private final DType dtype;
  private final int size;
  private volatile int version;
  private String lastChange = "";
  private @Nullable String givenBackBy;

  /**
   * Creates a storage.
   *
   * @param dtype the type of its elements
   * @param size the number of its elements
   */
  protected Storage(DType dtype, int size) {
    this.dtype = dtype;
    this.size = size;
  }

  /** The backend that made it. */
  public abstract Backend backend();

  /** The type of its elements. */
  public final DType dtype() {
    return dtype;
  }

  /** The number of its elements. */
  public final int size() {
    return size;
  }

  /**
   * Gives the memory back to its backend, once. Any later use is an error that names {@code by}.
   */
  public final void giveBack(String by) {
    if (givenBackBy == null) {
      givenBackBy = by;
      backend().recycle(this);
    }
  }

  /**
   * Checks that the memory is still there.
   *
   * @throws IllegalStateException if it was given back; says by whom
   */
  public final void expectHeld() {
    if (givenBackBy != null) {
      throw new IllegalStateException(
          "this tensor's memory (%d elements of %s) was given back by %s; what is used later is kept with keep(tensor) or copied before"
              .formatted(size, dtype, givenBackBy));
    }
  }

  /** How often it was changed in place. */
  public final int version() {
    return version;
  }

  /** Counts an in-place change by the operation of this name. */
  @SuppressWarnings("NonAtomicVolatileUpdate") // a tensor is changed by one thread at a time
  public final void changed(String operation) {
    lastChange = operation;
    version++;
  }

  /**
   * Checks that nothing changed since {@code savedVersion}.
   *
   * @param savedBy the operation whose gradient needs the old content
   * @throws AutogradException if something did; names both operations
   */
  public final void expectVersion(int savedVersion, String savedBy) {
    if (version != savedVersion) {
      throw new AutogradException(
          "backward: %s saved a tensor for its gradient, which %s has changed in place since (version %d, now %d); use the operation without the underscore, or change a clone()"
              .formatted(savedBy, lastChange, savedVersion, version));
    }
  }
}
