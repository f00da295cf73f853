package dev.tern.optim;

import dev.tern.Tensor;

/**
 * The step that Adam and AdamW share: running means of the gradient and of its square, both
 * corrected for their start.
 */
final class Moments {
  private final Slots means = new Slots();
  private final Slots squares = new Slots();
  private final Slots largest = new Slots();
  private final Steps steps = new Steps();

  /** {@code m = β₁ m + (1 - β₁) g; v = β₂ v + (1 - β₂) g²; p -= lr m̂ / (√v̂ + ε)}. */
  void step(Tensor parameter, Tensor gradient, double lr, AdamOptions o) {
    int step = steps.next(parameter);
    Tensor m = means.of(parameter).mul_(o.beta1()).add_(gradient.mul(1 - o.beta1()));
    Tensor v = squares.of(parameter).mul_(o.beta2()).add_(gradient.square().mul(1 - o.beta2()));
    if (o.isAmsgrad()) {
      Tensor most = largest.of(parameter);
      v = most.copy_(most.maximum(v));
    }
    double correction1 = 1 - Math.pow(o.beta1(), step);
    double correction2 = 1 - Math.pow(o.beta2(), step);
    Tensor divisor = v.sqrt().div(Math.sqrt(correction2)).add_(o.eps());
    parameter.sub_(m.div(divisor).mul(lr / correction1));
  }
}
