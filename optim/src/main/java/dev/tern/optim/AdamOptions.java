package dev.tern.optim;

/**
 * The settings of {@link Adam} and {@link AdamW}, an immutable value: {@code
 * Adam.lr(1e-3).betas(0.9, 0.99)}.
 *
 * @param lr the learning rate
 * @param beta1 how slowly the mean of the gradients follows
 * @param beta2 how slowly the mean of their squares follows
 * @param eps keeps the division from zero
 * @param weightDecay L2 penalty for Adam, decay of the weights themselves for AdamW
 * @param isAmsgrad whether the largest mean square so far divides
 * @param isMaximize whether to climb
 */
public record AdamOptions(
    double lr,
    double beta1,
    double beta2,
    double eps,
    double weightDecay,
    boolean isAmsgrad,
    boolean isMaximize) {
  /**
   * Checks the settings.
   *
   * @throws IllegalArgumentException if one is out of its range
   */
  public AdamOptions {
    Checks.atLeastZero("learning rate", lr);
    Checks.fraction("beta parameter at index 0", beta1);
    Checks.fraction("beta parameter at index 1", beta2);
    Checks.atLeastZero("epsilon value", eps);
    Checks.atLeastZero("weight_decay value", weightDecay);
  }

  /** With these means' inertia, each at least 0 and below 1. */
  public AdamOptions betas(double first, double second) {
    return new AdamOptions(lr, first, second, eps, weightDecay, isAmsgrad, isMaximize);
  }

  /** With this much added to the divisor. */
  public AdamOptions eps(double value) {
    return new AdamOptions(lr, beta1, beta2, value, weightDecay, isAmsgrad, isMaximize);
  }

  /** With this weight decay. */
  public AdamOptions weightDecay(double value) {
    return new AdamOptions(lr, beta1, beta2, eps, value, isAmsgrad, isMaximize);
  }

  /** With the largest mean square so far as the divisor, or not. */
  public AdamOptions amsgrad(boolean with) {
    return new AdamOptions(lr, beta1, beta2, eps, weightDecay, with, isMaximize);
  }

  /** Climbing or descending. */
  public AdamOptions maximize(boolean climb) {
    return new AdamOptions(lr, beta1, beta2, eps, weightDecay, isAmsgrad, climb);
  }
}
