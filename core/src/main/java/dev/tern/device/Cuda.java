package dev.tern.device;

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
}
