package dev.tern.device.cuda;

/**
 * Division by a fixed number as a multiplication, the kernels' struct {@code Divisor} (Granlund and
 * Montgomery 1994): {@code n / size = (n magic / 2^32 + n) / 2^shift} for n below 2^31.
 */
final class Divisor {
  /** How many ints one takes. */
  static final int INTS = 3;

  private Divisor() {}

  /** Writes size, magic and shift. */
  static void put(int size, int[] to, int at) {
    int shift = size <= 1 ? 0 : 32 - Integer.numberOfLeadingZeros(size - 1); // 2^shift >= size
    long magic = size < 1 ? 0 : ((1L << 32) * ((1L << shift) - size)) / size + 1;
    to[at] = size;
    to[at + 1] = (int) magic;
    to[at + 2] = shift;
  }
}
