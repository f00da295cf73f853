package dev.tern.device.cpu;

/**
 * Arrays a kernel needs while it runs, one set a thread, kept from call to call. Each use has its
 * own number, because kernels call each other; what is in an array is what its last use left there.
 */
public final class Scratch {
  /** Packed operands of a matrix product. */
  public static final int PACKED_A = 0;

  /** Packed operands of a matrix product. */
  public static final int PACKED_B = 1;

  /** A tile of a matrix product. */
  public static final int TILE = 2;

  /** Planes with a border of zeros, or the patches of an image. */
  public static final int PLANES = 3;

  /** A result before it is moved to its place. */
  public static final int RESULT = 4;

  /** A transposed or padded operand. */
  public static final int TRANSPOSED = 5;

  /** A convolution's weight, rearranged. */
  public static final int WEIGHT = 6;

  /** A block of a pointwise function's passes. */
  public static final int POINTWISE = 7;

  /** A row of zeros. */
  public static final int ZEROS = 8;

  /** What is added to a result. */
  static final int SUMMAND = 9;

  private static final int SLOTS = 10;
  private static final ThreadLocal<Scratch> OWN = ThreadLocal.withInitial(Scratch::new);

  private final float[][] arrays = new float[SLOTS][0];
  private final float[][][] rows = new float[SLOTS][0][0];
  private int[] positions = {};

  private Scratch() {}

  /** An array of at least n elements. */
  public static float[] floats(int slot, int n) {
    Scratch own = OWN.get();
    if (own.arrays[slot].length < n) {
      own.arrays[slot] = new float[n + n / 4];
    }
    return own.arrays[slot];
  }

  /** An array of at least n whole numbers; there is one, for where elements are moved to. */
  public static int[] positions(int n) {
    Scratch own = OWN.get();
    if (own.positions.length < n) {
      own.positions = new int[n + n / 4];
    }
    return own.positions;
  }

  /** At least {@code count} arrays of at least n elements. */
  static float[][] rows(int slot, int count, int n) {
    Scratch own = OWN.get();
    float[][] rows = own.rows[slot];
    if (rows.length < count || rows[0].length < n) {
      int length = Math.max(n, rows.length == 0 ? 0 : rows[0].length);
      rows = new float[Math.max(count, rows.length)][length];
      own.rows[slot] = rows;
    }
    return rows;
  }
}
