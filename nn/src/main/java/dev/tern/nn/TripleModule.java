package dev.tern.nn;

import dev.tern.Tensor;
import dev.tern.shape.TernException;

/** A module of three inputs. */
public abstract class TripleModule extends Module {
  /** For subclasses. */
  protected TripleModule() {}

  /** Calls the module; hooks see modules of one input only. */
  public final Tensor apply(Tensor x, Tensor y, Tensor z) {
    try {
      return forward(x, y, z);
    } catch (TernException e) {
      throw leaving(e);
    }
  }

  /** What the module computes; write this one. */
  protected abstract Tensor forward(Tensor x, Tensor y, Tensor z);
}
