package dev.tern.device;

/**
 * One step of Adam, as {@code torch.optim.Adam} and {@code AdamW} define it: {@code g = ±grad; m =
 * beta1 m + (1 - beta1) g; v = beta2 v + (1 - beta2) g²; p -= lr / (1 - beta1^step) m / (sqrt(v /
 * (1 - beta2^step)) + eps)}. With AMSGrad the largest v so far divides. Weight decay adds {@code
 * weightDecay p} to g, or, decoupled, first takes {@code lr weightDecay p} off p.
 *
 * @param lr the learning rate
 * @param beta1 how slowly the first moment, m, follows
 * @param beta2 how slowly the second moment, v, follows
 * @param eps keeps the division from zero
 * @param weightDecay 0 for none
 * @param decoupled whether it is AdamW's
 * @param maximize whether to climb
 * @param step which step this is, from 1 on
 */
public record AdamSpec(
    double lr,
    double beta1,
    double beta2,
    double eps,
    double weightDecay,
    boolean decoupled,
    boolean maximize,
    long step) {
  /** What corrects the first moment for its start at zero, {@code 1 - beta1^step}. */
  public double correction1() {
    return 1 - Math.pow(beta1, (double) step);
  }

  /** What corrects the second moment for its start at zero, {@code 1 - beta2^step}. */
  public double correction2() {
    return 1 - Math.pow(beta2, (double) step);
  }
}
