package dev.tern;

import dev.tern.device.Storage;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A span of code whose tensors give their memory back when it ends, instead of leaving that to the
 * garbage collector.
 *
 * <pre>{@code
 * for (Batch batch : loader) {
 *   try (var step = Tern.scope()) {
 *     Tensor loss = lossFn.apply(model.apply(batch.inputs()), batch.targets());
 *     optimizer.zeroGrad();
 *     loss.backward();
 *     optimizer.step();
 *     total += loss.item();
 *   }
 * }
 * }</pre>
 *
 * <p>What this thread makes in between is given back when the scope closes, however it ends, except
 *
 * <ul>
 *   <li>what was given to {@link #keep} or {@link Tern#keep};
 *   <li>every {@link Parameter}, and what optimizers remember;
 *   <li>the {@code grad()} of a tensor that was made before, and memory that such a tensor takes
 *       over by {@code set_}.
 * </ul>
 *
 * What was made before, by other threads, or without an operation (by {@code Tensor.wrap}, by
 * reading a file) is not touched. Views share the memory of what they are views of: it is kept or
 * given back for all of them. Using a tensor whose memory was given back is an error that says
 * where the scope was opened, and so is a backward pass that needs one.
 *
 * <p>Scopes nest. A scope belongs to the thread that opened it.
 */
public final class Scope implements AutoCloseable {
  private static final ThreadLocal<@Nullable Scope> INNERMOST = new ThreadLocal<>();

  private final @Nullable Scope outer = INNERMOST.get();
  private final Set<Storage> made = new LinkedHashSet<>();
  private final String name;

  /** Opens a scope, inside the one that is open on this thread. */
  Scope(String name) {
    this.name = name;
    INNERMOST.set(this);
  }

  /**
   * Lets a tensor outlive this scope, with its {@code grad()}: it then belongs to the scope around
   * this one, or to none. One that was made elsewhere is left as it is.
   *
   * @return the tensor
   * @throws IllegalStateException if this scope is not open on this thread, or the tensor's memory
   *     was given back
   */
  public <T extends Tensor> T keep(T tensor) {
    tensor.storage().expectHeld();
    if (!isOpenHere()) {
      throw new IllegalStateException("keep: " + name + " is not open on this thread");
    }
    if (takeOut(tensor.storage(), outer) && outer != null) {
      outer.made.add(tensor.storage());
    }
    Tensor gradient = tensor.grad();
    if (gradient != null) {
      keep(gradient);
    }
    return tensor;
  }

  /**
   * Gives back what was made in it; scopes inside it that are still open close with it. Closing it
   * again does nothing.
   *
   * @throws IllegalStateException if it was opened by another thread
   */
  @Override
  public void close() {
    if (!isOpenHere()) {
      if (made.isEmpty()) {
        return;
      }
      throw new IllegalStateException("close: " + name + " is not open on this thread");
    }
    for (Scope s = INNERMOST.get(); s != outer && s != null; s = s.outer) {
      Storage[] all = s.made.toArray(new Storage[0]);
      for (int i = all.length - 1; i >= 0; i--) { // work put off reads older memory
        all[i].giveBack(s.name);
      }
      s.made.clear();
    }
    INNERMOST.set(outer);
  }

  private boolean isOpenHere() {
    Scope s = INNERMOST.get();
    while (s != null && s != this) {
      s = s.outer;
    }
    return s != null;
  }

  /** Notes new memory in this thread's innermost scope. */
  static void add(Storage storage) {
    Scope scope = INNERMOST.get();
    if (scope != null) {
      scope.made.add(storage);
    }
  }

  /** Makes memory live as long as other memory, as long as its user wants where that is null. */
  static void follow(Storage storage, @Nullable Storage other) {
    Scope home = INNERMOST.get();
    while (home != null && (other == null || !home.made.contains(other))) {
      home = home.outer;
    }
    if (takeOut(storage, home) && home != null) {
      home.made.add(storage);
    }
  }

  /** Takes memory out of the scopes inside {@code end}; says whether it was in one of them. */
  private static boolean takeOut(Storage storage, @Nullable Scope end) {
    boolean found = false;
    for (Scope s = INNERMOST.get(); s != end && s != null; s = s.outer) {
      found |= s.made.remove(storage);
    }
    return found;
  }
}
