package dev.tern.device;

/** What {@link Backend#scan} accumulates along a dimension. */
public enum ScanOp {
  /** The sum so far. */
  SUM,
  /** The product so far. */
  PROD,
  /** The largest so far, NaN from the first one on. */
  MAX,
  /** The smallest so far, NaN from the first one on. */
  MIN
}
