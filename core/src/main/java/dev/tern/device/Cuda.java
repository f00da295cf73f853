package dev.tern.device;

import dev.tern.shape.DeviceException;

/** What CUDA there is, as {@code torch.cuda} tells it; answered without CUDA as well. */
public final class Cuda {
  private Cuda() {}

  /** Whether {@link Device#CUDA} can be used. */
  public static boolean isAvailable() {
    return whyUnavailable().isEmpty();
  }

  /** The number of GPUs that can be used. */
  public static int deviceCount() {
    BackendProvider provider = Backends.provider("cuda");
    return provider == null ? 0 : provider.deviceCount();
  }

  /** Why CUDA cannot be used and what to do, in one line; empty where it can. */
  public static String whyUnavailable() {
    BackendProvider provider = Backends.provider("cuda");
    if (provider == null) {
      return "tern-cuda is not on the class path; add it to use a GPU";
    }
    String why = provider.whyUnavailable();
    return why == null ? "" : why;
  }

  /**
   * Waits until all work given to a GPU is done, {@code torch.cuda.synchronize}; an error of a
   * kernel shows here at the latest.
   *
   * @throws DeviceException if the GPU cannot be used, or a kernel failed
   */
  public static void synchronize(Device device) {
    Backends.of(device).synchronize();
  }

  /**
   * In one line, how much of a GPU's memory live tensors hold, the cache keeps, and is free.
   *
   * @throws DeviceException if the GPU cannot be used
   */
  public static String memorySummary(Device device) {
    return Backends.of(device).memorySummary();
  }

  /**
   * Gives the memory that is cached back to the driver, {@code torch.cuda.empty_cache}, for other
   * programs: Tern itself would have used it again.
   *
   * @throws DeviceException if the GPU cannot be used
   */
  public static void emptyCache(Device device) {
    Backends.of(device).emptyCache();
  }
}
