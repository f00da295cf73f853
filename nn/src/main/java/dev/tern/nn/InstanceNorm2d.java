package dev.tern.nn;

/** Instance norm over [N, C, H, W] or [C, H, W], {@code torch.nn.InstanceNorm2d}. */
public class InstanceNorm2d extends InstanceNorm {
  /** Of so many channels, without scale and shift and without running estimates. */
  public InstanceNorm2d(int features) {
    this(features, DEFAULTS);
  }

  /** Of so many channels. */
  public InstanceNorm2d(int features, NormOptions options) {
    super(2, features, options);
  }
}
