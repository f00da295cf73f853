package dev.tern;

import dev.tern.device.Generator;
import dev.tern.shape.Shape;
import dev.tern.shape.ShapeException;

/** Random zeros that keep a network from relying on single elements (Srivastava et al. 2014). */
public sealed interface Noise permits Tensor {
  private Tensor self() {
    return (Tensor) this;
  }

  private Tensor drop(String op, double p, boolean training, Shape mask) {
    if (!(p >= 0 && p <= 1)) {
      throw new IllegalArgumentException(op + ": wants a probability between 0 and 1, got " + p);
    }
    Tensor x = self();
    if (!training || p == 0) {
      return x;
    }
    if (p == 1) {
      return x.mul(0);
    }
    Tensor noise = x.empty(mask);
    try (var off = Autograd.noGrad()) {
      noise.bernoulli_(1 - p, Generator.current()).div_(1 - p);
    }
    return x.mul(noise);
  }

  /**
   * Each element zero with probability p, the others divided by 1 - p, {@code F.dropout}; unchanged
   * outside of training.
   */
  default Tensor dropout(double p, boolean training) {
    return drop("dropout", p, training, self().shape());
  }

  /** As {@link #dropout}, whole channels of {@code [N, C, H, W]} at a time, {@code F.dropout2d}. */
  default Tensor dropout2d(double p, boolean training) {
    Tensor x = self();
    if (x.rank() != 4 && x.rank() != 3) {
      throw new ShapeException(
          "dropout2d: input " + x.shape() + "; expected [N, C, H, W] or [C, H, W]");
    }
    int channel = x.rank() - 3;
    return drop("dropout2d", p, training, x.shape().with(channel + 1, 1).with(channel + 2, 1));
  }
}
