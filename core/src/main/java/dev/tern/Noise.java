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

  /** As {@link #dropout}, whole channels of {@code [N, C, L]} or {@code [C, L]} at a time. */
  default Tensor dropout1d(double p, boolean training) {
    return drop("dropout1d", p, training, channels("dropout1d", 1));
  }

  /** As {@link #dropout}, whole channels of {@code [N, C, H, W]} or {@code [C, H, W]} at a time. */
  default Tensor dropout2d(double p, boolean training) {
    return drop("dropout2d", p, training, channels("dropout2d", 2));
  }

  /** As {@link #dropout}, whole channels of {@code [N, C, D, H, W]} or without N at a time. */
  default Tensor dropout3d(double p, boolean training) {
    return drop("dropout3d", p, training, channels("dropout3d", 3));
  }

  /** One number a channel. */
  private Shape channels(String op, int rank) {
    Shape shape = self().shape();
    if (shape.rank() != rank + 1 && shape.rank() != rank + 2) {
      String axes = rank == 1 ? "L" : rank == 2 ? "H, W" : "D, H, W";
      throw new ShapeException(
          "%s: input %s; expected [N, C, %s] or [C, %s]".formatted(op, shape, axes, axes));
    }
    return withOnes(shape, shape.rank() - rank);
  }

  private static Shape withOnes(Shape shape, int from) {
    Shape ones = shape;
    for (int d = from; d < shape.rank(); d++) {
      ones = ones.with(d, 1);
    }
    return ones;
  }

  /**
   * Dropout for SELU networks, {@code F.alpha_dropout} (Klambauer et al. 2017): elements take
   * SELU's lowest value with probability p, and all are scaled and shifted so that mean 0 and
   * variance 1 stay.
   */
  default Tensor alphaDropout(double p, boolean training) {
    return alphaDrop("alphaDropout", p, training, self().shape());
  }

  /**
   * As {@link #alphaDropout}, whole channels of {@code [N, C, *]} at a time, {@code
   * F.feature_alpha_dropout}.
   */
  default Tensor featureAlphaDropout(double p, boolean training) {
    if (self().rank() < 2) {
      throw new ShapeException(
          "featureAlphaDropout: input " + self().shape() + "; expected [N, C, *]");
    }
    return alphaDrop("featureAlphaDropout", p, training, withOnes(self().shape(), 2));
  }

  private Tensor alphaDrop(String op, double p, boolean training, Shape mask) {
    Tensor x = self();
    if (!(p >= 0 && p <= 1)) {
      throw new IllegalArgumentException(op + ": wants a probability between 0 and 1, got " + p);
    }
    if (!training || p == 0) {
      return x;
    }
    if (p == 1) {
      return x.mul(0);
    }
    double lowest = -1.7580993408473766; // SELU's value at minus infinity
    double scale = 1 / Math.sqrt((lowest * lowest * p + 1) * (1 - p));
    Tensor keep = x.empty(mask);
    try (var off = Autograd.noGrad()) {
      keep.bernoulli_(1 - p, Generator.current());
    }
    Tensor shift = keep.rsub(1).sub(p).mul(lowest * scale);
    return x.mul(keep.mul(scale)).add(shift);
  }
}
