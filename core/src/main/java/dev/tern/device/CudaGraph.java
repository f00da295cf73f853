package dev.tern.device;

/**
 * Work that a GPU was shown once and repeats at one call, {@code torch.cuda.CUDAGraph}; made by
 * {@link Cuda#graph}. A small network's training step is a few hundred kernels that take less time
 * to run than to launch; replayed they are launched together.
 */
public interface CudaGraph extends AutoCloseable {
  /**
   * Gives the work to the GPU again, on the same memory: what it reads is read anew, what it wrote
   * is overwritten.
   *
   * @throws IllegalStateException if the graph was closed, or memory that it uses was given back
   */
  void replay();

  /** Gives back the memory of what was made in it; tensors that came from it end here. */
  @Override
  void close();
}
