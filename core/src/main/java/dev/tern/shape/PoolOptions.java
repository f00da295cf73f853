package dev.tern.shape;

/**
 * How a pooling is laid out: an immutable value with names.
 *
 * <pre>{@code PoolOptions.window(3).stride(2).padding(1)}</pre>
 *
 * One number stands for every dimension. Defaults are PyTorch's: the stride is the window, padding
 * 0, dilation 1, sizes rounded down, padded zeros counted in an average.
 */
public final class PoolOptions {
  private final int[] window;
  private final int[] stride;
  private final int[] padding;
  private final int[] dilation;
  private final boolean ceilMode;
  private final boolean countIncludePad;

  private PoolOptions(
      int[] window,
      int[] stride,
      int[] padding,
      int[] dilation,
      boolean ceilMode,
      boolean countIncludePad) {
    this.window = window;
    this.stride = stride;
    this.padding = padding;
    this.dilation = dilation;
    this.ceilMode = ceilMode;
    this.countIncludePad = countIncludePad;
  }

  /** A window of this size, with the stride of the same size. */
  public static PoolOptions window(int... size) {
    int[] window = Sizes.atLeast(1, "window", size);
    return new PoolOptions(window, window, new int[] {0}, new int[] {1}, false, true);
  }

  /** The step between two windows. */
  public PoolOptions stride(int... step) {
    return new PoolOptions(
        window, Sizes.atLeast(1, "stride", step), padding, dilation, ceilMode, countIncludePad);
  }

  /** Padding on both sides of each dimension, at most half the window. */
  public PoolOptions padding(int... size) {
    return new PoolOptions(
        window, stride, Sizes.atLeast(0, "padding", size), dilation, ceilMode, countIncludePad);
  }

  /** The step between two elements of a window. */
  public PoolOptions dilation(int... step) {
    return new PoolOptions(
        window, stride, padding, Sizes.atLeast(1, "dilation", step), ceilMode, countIncludePad);
  }

  /** Whether the last window may reach beyond the input. */
  public PoolOptions ceilMode(boolean up) {
    return new PoolOptions(window, stride, padding, dilation, up, countIncludePad);
  }

  /** Whether an average counts the padding. */
  public PoolOptions countIncludePad(boolean count) {
    return new PoolOptions(window, stride, padding, dilation, ceilMode, count);
  }

  /** The window's size in each of {@code rank} dimensions. */
  public int[] windowOf(int rank) {
    return Sizes.spread("window", window, rank);
  }

  /** The stride of each of {@code rank} dimensions. */
  public int[] strideOf(int rank) {
    return Sizes.spread("stride", stride, rank);
  }

  /** The padding of each of {@code rank} dimensions. */
  public int[] paddingOf(int rank) {
    return Sizes.spread("padding", padding, rank);
  }

  /** The dilation of each of {@code rank} dimensions. */
  public int[] dilationOf(int rank) {
    return Sizes.spread("dilation", dilation, rank);
  }

  /** Whether the last window may reach beyond the input. */
  public boolean isCeilMode() {
    return ceilMode;
  }

  /** Whether an average counts the padding. */
  public boolean countsPadding() {
    return countIncludePad;
  }

  /**
   * As PyTorch prints a pooling layer's own settings: {@code kernel_size=2, stride=2, padding=0}.
   */
  @Override
  public String toString() {
    return "kernel_size=%s, stride=%s, padding=%s"
        .formatted(plain(window), plain(stride), plain(padding));
  }

  private static String plain(int[] sizes) {
    return sizes.length == 1 ? Integer.toString(sizes[0]) : Sizes.tuple(sizes);
  }
}
