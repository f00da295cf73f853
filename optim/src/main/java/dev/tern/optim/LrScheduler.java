package dev.tern.optim;

/**
 * A schedule of learning rates, {@code torch.optim.lr_scheduler.LRScheduler}: call {@link #step}
 * after each epoch.
 */
public abstract class LrScheduler {
  private final Optimizer optimizer;
  private int epoch;

  /** A schedule for all groups of an optimizer, starting from their initial learning rates. */
  protected LrScheduler(Optimizer optimizer) {
    this.optimizer = optimizer;
    for (Optimizer.Group group : optimizer.groups()) {
      group.notes().putIfAbsent("initial_lr", group.lr());
    }
  }

  /** Goes on to the next epoch and sets its learning rates. */
  public final void step() {
    epoch++;
    for (Optimizer.Group group : optimizer.groups()) {
      group.lr(next(group.initialLr(), group.lr(), epoch));
    }
  }

  /** Epochs finished so far. */
  public final int epoch() {
    return epoch;
  }

  /**
   * The learning rate of an epoch.
   *
   * @param initial the one the group started from
   * @param present the one of the epoch before
   * @param epoch counted from 0; this is asked from 1 on
   */
  protected abstract double next(double initial, double present, int epoch);
}
