package dev.tern.benchmarks.compare;

/** Something to be timed, in one library. */
public interface Workload {
  /** Does it once; it is complete on return. */
  void run();

  /**
   * What tells whether two libraries do the same work: the number of parameters of a network, else
   * the number of elements of the result.
   */
  long size();

  /** Training steps of a network: forward, cross entropy, backward, SGD, the loss as a number. */
  interface Training extends Workload {
    /** Trains on this batch from now on: images {@code [N, 3, 32, 32]} and their classes. */
    void feed(float[] images, long[] labels);
  }
}
