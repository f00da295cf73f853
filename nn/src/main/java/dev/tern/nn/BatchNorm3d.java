package dev.tern.nn;

/** Batch norm over [N, C, D, H, W], {@code torch.nn.BatchNorm3d}. */
public class BatchNorm3d extends BatchNorm {
  /** A batch norm of so many channels with PyTorch's defaults. */
  public BatchNorm3d(int features) {
    this(features, NormOptions.DEFAULTS);
  }

  /** A batch norm of so many channels. */
  public BatchNorm3d(int features, NormOptions options) {
    super(features, options);
  }

  @Override
  final String expected() {
    return "[N, %d, D, H, W]";
  }

  @Override
  final boolean fits(int rank) {
    return rank == 5;
  }
}
