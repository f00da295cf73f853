package dev.tern;

import dev.tern.device.Backends;

/** Settings of the whole library. */
public final class Tern {
  private Tern() {}

  /**
   * Sets how many threads the CPU kernels use, {@code torch.set_num_threads}; results do not depend
   * on it.
   *
   * @throws IllegalArgumentException if it is below 1
   */
  public static void setNumThreads(int threads) {
    if (threads < 1) {
      throw new IllegalArgumentException("setNumThreads: wants at least 1, got " + threads);
    }
    Backends.cpu().setNumThreads(threads);
  }

  /** How many threads the CPU kernels use. */
  public static int getNumThreads() {
    return Backends.cpu().numThreads();
  }
}
