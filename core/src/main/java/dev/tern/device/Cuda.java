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

  /**
   * Whether a GPU may compute FLOAT32 matrix products and convolutions on its tensor cores, {@code
   * torch.backends.cuda.matmul.allow_tf32} and {@code torch.backends.cudnn.allow_tf32}: several
   * times faster, each factor rounded to TF32, which keeps 10 bits after the point, not 23; sums
   * stay FLOAT32. Off unless turned on.
   *
   * @throws DeviceException if the device has none (compute capability below 8.0)
   */
  public static void allowTf32(Device device, boolean allow) {
    Backends.of(device).allowTf32(allow);
  }

  /**
   * Captures what a piece of code does on a GPU, to be replayed where the shapes repeat, as a
   * training step's do:
   *
   * <pre>{@code
   * step.run(); // once as usual, so that all is allocated that stays, such as the momentum
   * try (CudaGraph graph = Cuda.graph(device, step)) {
   *   for (Batch batch : loader) {
   *     input.copy_(batch.input()); // the memory that the step reads
   *     target.copy_(batch.target());
   *     graph.replay();
   *   }
   * }
   * }</pre>
   *
   * <p>The code runs once, on this thread, and the GPU does nothing yet. What it would do is
   * recorded as it is: addresses, shapes, and numbers such as the learning rate. So inside it
   *
   * <ul>
   *   <li>nothing is read back ({@code item()}, printing, a branch on a value) or copied there;
   *       this is refused, and so is Adam's step, whose bias correction changes with each (take it
   *       after the replay)
   *   <li>random numbers, such as dropout's, are drawn anew at each replay: the same as the work
   *       itself would have drawn
   *   <li>memory comes from a pool of the graph's own; what is made there, such as the loss or the
   *       gradients, is overwritten by each replay and ends with the graph
   *   <li>tensors from outside (inputs, parameters) are kept until the graph is closed
   * </ul>
   *
   * @throws DeviceException if the GPU cannot be used, its driver is older than CUDA 11.4, another
   *     graph is being captured on it, or the code does what cannot be captured
   */
  public static CudaGraph graph(Device device, Runnable work) {
    return Backends.of(device).capture(work);
  }
}
