package dev.tern.nn;

/** Batch norm over [N, C] or [N, C, L], {@code torch.nn.BatchNorm1d}. */
public class BatchNorm1d extends BatchNorm {
  /** A batch norm of so many channels with PyTorch's defaults. */
  public BatchNorm1d(int features) {
    this(features, NormOptions.DEFAULTS);
  }

  /** A batch norm of so many channels. */
  public BatchNorm1d(int features, NormOptions options) {
    super(features, options);
  }

  @Override
  final String expected() {
    return "[N, %1$d] or [N, %1$d, L]";
  }

  @Override
  final boolean fits(int rank) {
    return rank == 2 || rank == 3;
  }
}
