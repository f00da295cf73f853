package dev.tern;

import org.jspecify.annotations.Nullable;

/**
 * The gradient of an operation for one of its inputs, as the operation states it.
 *
 * @param input the input, null where the operation was called without it
 * @param formula what turns the output's gradient into the input's
 * @param adder what does so and adds it to another gradient in one go, if there is such a kernel
 * @param reads the tensors that the formula reads: they must not change until it has run
 */
record Gradient(
    @Nullable Tensor input, Formula formula, @Nullable Adder adder, @Nullable Tensor... reads) {

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

  /** A formula that adds its result to what is there. */
  @FunctionalInterface
  interface Adder {
    /**
     * Adds the gradient to a dense {@code sum} of its shape.
     *
     * @return false, with nothing changed, where the sum has to be taken apart from the formula
     */
    boolean add(Tensor dy, Tensor sum);
  }

  /** The gradients for all inputs at once, null where none is wanted; see {@link Formula}. */
  @FunctionalInterface
  interface Joint {
    @Nullable Tensor[] apply(Tensor dy, boolean mine);
  }

  static Gradient grad(@Nullable Tensor input, Reader formula, @Nullable Tensor... reads) {
    return new Gradient(input, (dy, mine) -> formula.apply(dy), null, reads);
  }

  static Gradient gradInto(@Nullable Tensor input, Formula formula, @Nullable Tensor... reads) {
    return new Gradient(input, formula, null, reads);
  }

  static Gradient gradOnto(
      @Nullable Tensor input, Reader formula, Adder adder, @Nullable Tensor... reads) {
    return new Gradient(input, (dy, mine) -> formula.apply(dy), adder, reads);
  }
}
