package dev.tern.nn;

import dev.tern.Tensor;
import dev.tern.shape.TernException;

/** A module of two inputs: what a network says and what it should say. */
public abstract class Loss extends Module {
  /** For subclasses. */
  protected Loss() {}

  /** The loss; call this one. */
  public final Tensor apply(Tensor input, Tensor target) {
    try {
      return forward(input, target);
    } catch (TernException e) {
      throw leaving(e);
    }
  }

  /** What the loss computes; write this one. */
  protected abstract Tensor forward(Tensor input, Tensor target);
}
