package dev.tern.nn;

/** Instance norm over [N, C, L] or [C, L], {@code torch.nn.InstanceNorm1d}. */
public class InstanceNorm1d extends InstanceNorm {
  /** Of so many channels, without scale and shift and without running estimates. */
  public InstanceNorm1d(int features) {
    this(features, DEFAULTS);
  }

  /** Of so many channels. */
  public InstanceNorm1d(int features, NormOptions options) {
    super(1, features, options);
  }
}
