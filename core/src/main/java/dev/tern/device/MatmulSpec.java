package dev.tern.device;

/**
 * A batch of matrix products {@code c[i] = op(a[i]) op(b[i])}, each {@code [m, k] x [k, n]}, dense.
 *
 * @param batch how many
 * @param m rows of the result
 * @param n columns of the result
 * @param k columns of a and rows of b
 * @param transposeA whether a is stored as {@code [k, m]}
 * @param transposeB whether b is stored as {@code [n, k]}
 * @param sharedA whether all products use the same a
 * @param sharedB whether all products use the same b
 */
public record MatmulSpec(
    int batch,
    int m,
    int n,
    int k,
    boolean transposeA,
    boolean transposeB,
    boolean sharedA,
    boolean sharedB) {

  /** One product of two plain matrices. */
  public static MatmulSpec of(int m, int n, int k) {
    return new MatmulSpec(1, m, n, k, false, false, false, false);
  }
}
