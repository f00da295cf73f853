package dev.tern.shape;

/**
 * The type of a tensor's elements, named as in PyTorch.
 *
 * <p>{@link #FLOAT16} and {@link #BFLOAT16} are stored, loaded, saved and cast; arithmetic wants a
 * cast first.
 */
public enum DType {
  /** 32-bit IEEE 754, {@code torch.float32}: the default, and the fast path. */
  FLOAT32(4),
  /** 64-bit IEEE 754, {@code torch.float64}: plain kernels that serve as the specification. */
  FLOAT64(8),
  /** 16-bit IEEE 754, {@code torch.float16}. */
  FLOAT16(2),
  /** The upper half of a 32-bit float, {@code torch.bfloat16}. */
  BFLOAT16(2),
  /** 64-bit signed integer, {@code torch.int64}: labels and indices. */
  INT64(8),
  /** 32-bit signed integer, {@code torch.int32}. */
  INT32(4),
  /** 16-bit signed integer, {@code torch.int16}. */
  INT16(2),
  /** 8-bit signed integer, {@code torch.int8}. */
  INT8(1),
  /** 8-bit unsigned integer, {@code torch.uint8}. */
  UINT8(1),
  /** One byte, 0 or 1, {@code torch.bool}. */
  BOOL(1);

  private final int bytes;

  DType(int bytes) {
    this.bytes = bytes;
  }

  /** Bytes an element takes. */
  public int bytes() {
    return bytes;
  }

  /** Whether gradients can flow through it. */
  public boolean isFloatingPoint() {
    return ordinal() <= BFLOAT16.ordinal();
  }

  /** PyTorch's name, such as {@code float32} or {@code bool}. */
  public String torchName() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }
}
