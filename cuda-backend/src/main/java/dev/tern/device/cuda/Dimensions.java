package dev.tern.device.cuda;

/**
 * The spatial dimensions of a convolution or a pooling as three structs {@code Dimension}: depth,
 * height, width, those that are missing of size 1.
 */
final class Dimensions {
  /** How many ints one takes: in, kernel, out and stride as divisors, padding, dilation. */
  static final int INTS = 4 * Divisor.INTS + 2;

  private Dimensions() {}

  static void put(
      int[] to,
      int at,
      int[] in,
      int[] kernel,
      int[] out,
      int[] stride,
      int[] padding,
      int[] dilation) {
    int missing = 3 - in.length;
    for (int d = 0; d < 3; d++) {
      int from = d - missing;
      int next = at + d * INTS;
      Divisor.put(from < 0 ? 1 : in[from], to, next);
      Divisor.put(from < 0 ? 1 : kernel[from], to, next + Divisor.INTS);
      Divisor.put(from < 0 ? 1 : out[from], to, next + 2 * Divisor.INTS);
      Divisor.put(from < 0 ? 1 : stride[from], to, next + 3 * Divisor.INTS);
      to[next + 4 * Divisor.INTS] = from < 0 ? 0 : padding[from];
      to[next + 4 * Divisor.INTS + 1] = from < 0 ? 1 : dilation[from];
    }
  }
}
