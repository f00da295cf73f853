package dev.tern;

import org.jspecify.annotations.Nullable;

/**
 * The gradient of an operation for one of its inputs, as the operation states it.
 *
 * @param input the input, null where the operation was called without it
 * @param formula what turns the output's gradient into the input's
 * @param reads the tensors that the formula reads: they must not change until it has run
 */
record Gradient(@Nullable Tensor input, Formula formula, @Nullable Tensor... reads) {

  /** Turns the gradient of the output into that of an input. */
  @FunctionalInterface
  interface Formula {
    /**
     * Returns a new tensor, or {@code dy} itself or a view of it; never something that was saved.
     *
     * @param dy the gradient of the output
     * @param mine whether the engine alone holds {@code dy}, so that it may be overwritten
     */
    Tensor apply(Tensor dy, boolean mine);
  }

  /** A formula that only reads the output's gradient. */
  @FunctionalInterface
  interface Reader {
    Tensor apply(Tensor dy);
  }

  /** The gradients for all inputs at once, null where none is wanted; see {@link Formula}. */
  @FunctionalInterface
  interface Joint {
    @Nullable Tensor[] apply(Tensor dy, boolean mine);
  }

  static Gradient grad(@Nullable Tensor input, Reader formula, @Nullable Tensor... reads) {
    return new Gradient(input, (dy, mine) -> formula.apply(dy), reads);
  }

  static Gradient gradInto(@Nullable Tensor input, Formula formula, @Nullable Tensor... reads) {
    return new Gradient(input, formula, reads);
  }
}
