package dev.tern.device;

/** The ways to bring one dimension down to a single element. */
public enum ReduceOp {
  /** The sum; 0 of nothing. */
  SUM,
  /** The product; 1 of nothing. */
  PROD,
  /** The largest, NaN if there is one. */
  MAX,
  /** The smallest, NaN if there is one. */
  MIN,
  /** The index of the first largest, as INT64; of the first NaN if there is one. */
  ARGMAX,
  /** The index of the first smallest, as INT64; of the first NaN if there is one. */
  ARGMIN
}
