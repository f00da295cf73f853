package dev.tern.nn;

/** Instance norm over [N, C, D, H, W] or [C, D, H, W], {@code torch.nn.InstanceNorm3d}. */
public class InstanceNorm3d extends InstanceNorm {
  /** Of so many channels, without scale and shift and without running estimates. */
  public InstanceNorm3d(int features) {
    this(features, DEFAULTS);
  }

  /** Of so many channels. */
  public InstanceNorm3d(int features, NormOptions options) {
    super(3, features, options);
  }
}
