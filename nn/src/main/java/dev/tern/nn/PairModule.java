package dev.tern.nn;

import dev.tern.Tensor;
import dev.tern.shape.TernException;

/** A module of two inputs. */
public abstract class PairModule extends Module {
  /** For subclasses. */
  protected PairModule() {}

  /** Calls the module; hooks see modules of one input only. */
  public final Tensor apply(Tensor x, Tensor y) {
    try {
      return forward(x, y);
    } catch (TernException e) {
      throw leaving(e);
    }
  }

  /** What the module computes; write this one. */
  protected abstract Tensor forward(Tensor x, Tensor y);
}
