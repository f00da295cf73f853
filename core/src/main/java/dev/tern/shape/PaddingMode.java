package dev.tern.shape;

/** What is put around an input: PyTorch's {@code padding_mode}. */
public enum PaddingMode {
  /** Zeros. */
  ZEROS,
  /** The elements beside the edge, in reverse, the edge itself not repeated: {@code cb|abc|ba}. */
  REFLECT,
  /** The edge, repeated: {@code aa|abc|cc}. */
  REPLICATE,
  /** The other end: {@code bc|abc|ab}. */
  CIRCULAR
}
