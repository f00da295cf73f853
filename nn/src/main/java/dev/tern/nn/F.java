package dev.tern.nn;

/**
 * The modules' computations as functions, {@code torch.nn.functional}, for a static import: {@code
 * maxPool2d(tanh(x), 2)}. Where a tensor has a method of the same name, that method is what runs.
 *
 * <p>The functions stand by theme in the classes above this one, which it only joins.
 */
public final class F extends LossFunctions {
  private F() {}
}
