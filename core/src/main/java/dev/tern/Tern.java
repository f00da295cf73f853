package dev.tern;

import dev.tern.device.Backends;

/** Settings of the whole library, and scopes. */
public final class Tern {
  private Tern() {}

  /**
   * Sets how many threads the CPU kernels use, {@code torch.set_num_threads}; results do not depend
   * on it.
   *
   * @throws IllegalArgumentException if it is below 1
   */
  public static void setNumThreads(int threads) {
    if (threads < 1) {
      throw new IllegalArgumentException("setNumThreads: wants at least 1, got " + threads);
    }
    Backends.cpu().setNumThreads(threads);
  }

  /**
   * Opens a {@link Scope}: what this thread makes until it is closed gives its memory back then,
   * unless it is kept. {@code try (var step = Tern.scope()) { ... }}
   */
  public static Scope scope() {
    String caller =
        StackWalker.getInstance()
            .walk(frames -> frames.skip(1).findFirst().map(Object::toString).orElse("?"));
    return new Scope("the scope opened at " + caller);
  }

  /**
   * Lets a tensor outlive all scopes that are open on this thread: for those who remember tensors
   * from call to call, as optimizers do. See {@link Scope#keep} for one scope.
   *
   * @return the tensor
   */
  public static <T extends Tensor> T keep(T tensor) {
    Scope.follow(tensor.storage(), null);
    return tensor;
  }

  /** How many threads the CPU kernels use. */
  public static int getNumThreads() {
    return Backends.cpu().numThreads();
  }
}
