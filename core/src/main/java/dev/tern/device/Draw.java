package dev.tern.device;

/** The distributions that a device can fill a tensor from; the numbers are PyTorch's for a seed. */
public enum Draw {
  /** Uniform from a (inclusive) to b (exclusive). */
  UNIFORM,
  /** Normal with mean a and standard deviation b. */
  NORMAL,
  /** 1 with probability a, else 0. */
  BERNOULLI,
  /** Whole numbers from a (inclusive) to b (exclusive). */
  INTEGER
}
