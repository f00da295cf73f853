package dev.tern.optim;

/**
 * Multiplies the learning rate by gamma every so many epochs, {@code
 * torch.optim.lr_scheduler.StepLR}.
 */
public final class StepLR extends LrScheduler {
  private final int stepSize;
  private final double gamma;

  /** To a tenth every {@code stepSize} epochs. */
  public StepLR(Optimizer optimizer, int stepSize) {
    this(optimizer, stepSize, 0.1);
  }

  /**
   * By gamma every {@code stepSize} epochs.
   *
   * @throws IllegalArgumentException if {@code stepSize} is below 1
   */
  public StepLR(Optimizer optimizer, int stepSize, double gamma) {
    super(optimizer);
    if (stepSize < 1) {
      throw new IllegalArgumentException(
          "StepLR: wants a step of at least 1 epoch, got " + stepSize);
    }
    this.stepSize = stepSize;
    this.gamma = gamma;
  }

  @Override
  protected double next(double initial, double present, int epoch) {
    return epoch % stepSize == 0 ? present * gamma : present;
  }
}
