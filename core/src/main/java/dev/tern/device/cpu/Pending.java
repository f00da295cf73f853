package dev.tern.device.cpu;

/**
 * FLOAT32 elements of a {@link CpuStorage} that are worked out when somebody asks for them. What
 * they are made of stays as it is until then: {@link CpuStorage} sees to that.
 */
interface Pending {
  /** Memory that nobody has written to yet. */
  Pending UNDEFINED = BufferPool::floats;

  /** Fewer elements are not worth putting off. */
  int FEWEST = 1 << 15;

  /**
   * Works them out.
   *
   * @return an array, or {@link Blocked}
   */
  Object settle(int size);

  /** The array in a storage's content, whatever its order. */
  static float[] elements(Object content) {
    return content instanceof Blocked blocked ? blocked.elements() : (float[]) content;
  }
}
