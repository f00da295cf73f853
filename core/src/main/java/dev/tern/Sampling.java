package dev.tern;

import dev.tern.device.Generator;
import dev.tern.shape.Shape;
import dev.tern.shape.ShapeException;

/** Random draws whose probabilities are the elements of a tensor; from this thread's generator. */
public sealed interface Sampling permits Tensor {
  private Tensor self() {
    return (Tensor) this;
  }

  private static Tensor uniform(Tensor like, Shape shape) {
    return like.empty(shape).uniform_(0, 1, Generator.current());
  }

  /** 1 with the probability that each element is, else 0. */
  default Tensor bernoulli() {
    Tensor p = self().detach();
    expect("bernoulli", p.ge(0).logicalAnd(p.le(1)), "probabilities from 0 to 1");
    return uniform(p, p.shape()).lt(p).to(p.dtype());
  }

  private void expect(String op, Tensor holds, String what) {
    if (holds.all().itemLong() == 0) {
      throw new IllegalArgumentException("%s: wants %s, got %s".formatted(op, what, self()));
    }
  }

  /**
   * Indices of the last dimension, drawn with the weights in it: {@code [n]} and {@code [rows, n]}
   * give {@code [count]} and {@code [rows, count]}, INT64.
   *
   * @param replacement whether an index may be drawn twice
   * @throws IllegalArgumentException if a weight is negative, infinite or NaN, or a row has none
   *     above 0, or fewer than are to be drawn without replacement
   */
  default Tensor multinomial(int count, boolean replacement) {
    Tensor weights = self().detach();
    if (weights.rank() != 1 && weights.rank() != 2 || count < 1) {
      throw new ShapeException(
          "multinomial: wants weights [n] or [rows, n] and a count above 0, got %s and %d"
              .formatted(weights.shape(), count));
    }
    expect("multinomial", weights.ge(0).logicalAnd(weights.isFinite()), "finite weights from 0 on");
    int least = replacement ? 1 : count;
    Tensor enough = weights.gt(0).sum(-1).ge(least);
    expect("multinomial", enough, "at least " + least + " weights above 0 a row");
    if (replacement) {
      Tensor upTo = weights.cumsum(-1);
      Tensor total = upTo.narrow(-1, weights.size(-1) - 1, 1);
      Tensor drawn = uniform(weights, weights.shape().with(-1, count)).mul(total);
      // rounding must not lead beyond the last weight above 0
      Tensor last = upTo.lt(total).sum(true, -1);
      return Tensor.where(drawn.lt(total), upTo.searchsorted(drawn, true), last);
    }
    // the first arrivals of processes whose rates are the weights (Efraimidis and Spirakis 2006)
    Tensor waiting = uniform(weights, weights.shape()).neg().log1p().neg();
    Tensor rate = weights.div(waiting).maskedFill(waiting.eq(0), Double.MAX_VALUE);
    return rate.maskedFill(weights.eq(0), -1).topk(count, -1).indices();
  }
}
