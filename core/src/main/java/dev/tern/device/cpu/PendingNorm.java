package dev.tern.device.cpu;

import dev.tern.device.Data;

/**
 * What batch normalisation writes, put off: an activation, a residual connection or a pool that
 * comes next computes it as it reads x, and so do their gradients; then it is never in memory.
 *
 * @param from whose elements are scaled
 */
record PendingNorm(CpuStorage from, Scaled scaled) implements Pending {
  /** Leaves y, which {@link Blocked#isOwn}, to be worked out later, or now if that does not pay. */
  void leaveIn(Data y) {
    var to = (CpuStorage) y.storage();
    if (y.numel() < FEWEST || to == from || !from.isOwn()) {
      to.replace(settle(y.numel()));
    } else {
      to.defer(this, from);
    }
  }

  @Override
  public Object settle(int size) {
    return scaled.rectified(size, Float.NEGATIVE_INFINITY);
  }
}
