package dev.tern;

import dev.tern.device.Backends;
import dev.tern.device.Generator;
import dev.tern.shape.DType;

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

  /**
   * The state of this thread's default generator, {@code torch.get_rng_state()}: UINT8 {@code
   * [5056]}, as PyTorch's CPU generator has it.
   */
  public static Tensor getRngState() {
    byte[] state = Generator.current().getState();
    return Tensor.ofBytes(DType.UINT8, state, state.length);
  }

  /**
   * Lets this thread's default generator go on from a state that {@link #getRngState()} or PyTorch
   * gave, {@code torch.set_rng_state(state)}.
   *
   * @throws IllegalArgumentException if it is no such state; the generator is then unchanged
   * @throws dev.tern.shape.DTypeException if it is not of an 8-bit type
   */
  public static void setRngState(Tensor state) {
    Generator.current().setState(state.toByteArray());
  }

  /** How many threads the CPU kernels use. */
  public static int getNumThreads() {
    return Backends.cpu().numThreads();
  }
}
