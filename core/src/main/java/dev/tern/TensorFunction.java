package dev.tern;

/** A function of one tensor: a module, a method reference, a lambda. */
@FunctionalInterface
public interface TensorFunction {
  /** The function's value. */
  Tensor apply(Tensor x);
}
