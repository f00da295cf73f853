package dev.tern.nn;

/** Batch norm over [N, C, H, W], {@code torch.nn.BatchNorm2d}. */
public class BatchNorm2d extends BatchNorm {
  /** A batch norm of so many channels with PyTorch's defaults. */
  public BatchNorm2d(int features) {
    this(features, NormOptions.DEFAULTS);
  }

  /** A batch norm of so many channels. */
  public BatchNorm2d(int features, NormOptions options) {
    super(features, options);
  }

  @Override
  final String expected() {
    return "[N, %d, H, W]";
  }

  @Override
  final boolean fits(int rank) {
    return rank == 4;
  }
}
