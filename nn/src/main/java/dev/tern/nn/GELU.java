package dev.tern.nn;

import dev.tern.Tensor;

/** x Φ(x), with Φ the normal distribution's cumulative function, {@code torch.nn.GELU}. */
public class GELU extends Module {
  /** How Φ is computed. */
  public enum Approximate {
    /** By the error function. */
    NONE,
    /** By tanh, as Hendrycks and Gimpel (2016) propose. */
    TANH
  }

  private final Approximate approximate;

  /** With the exact Φ. */
  public GELU() {
    this(Approximate.NONE);
  }

  /** With Φ computed so. */
  public GELU(Approximate approximate) {
    this.approximate = approximate;
  }

  @Override
  protected Tensor forward(Tensor x) {
    return approximate == Approximate.NONE ? x.gelu() : x.geluTanh();
  }

  @Override
  protected String extraRepr() {
    return approximate == Approximate.NONE ? "approximate='none'" : "approximate='tanh'";
  }
}
