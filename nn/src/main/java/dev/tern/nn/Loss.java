package dev.tern.nn;

import dev.tern.Tensor;

/** A module of two inputs: what a network says and what it should say. */
public abstract class Loss extends PairModule {
  /** For subclasses. */
  protected Loss() {}

  /** What the loss computes; write this one. */
  @Override
  protected abstract Tensor forward(Tensor input, Tensor target);
}
