package dev.tern;

import org.jspecify.annotations.Nullable;

/** What {@link Tensor#registerHook} calls during a backward pass. */
@FunctionalInterface
public interface GradientHook {
  /**
   * Sees a tensor's gradient, which it must not change in place.
   *
   * @return what to use instead, of the same shape and type; null to leave it
   */
  @Nullable Tensor apply(Tensor gradient);
}
