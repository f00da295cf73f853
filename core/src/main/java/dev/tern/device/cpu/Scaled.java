package dev.tern.device.cpu;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** {@code scale x + shift} of a {@link Blocked} x, rounded once, with numbers a channel. */
record Scaled(Blocked x, float[] scales, float[] shifts) {
  /** How content is read in blocks: this, or a blocked x itself; null if it is an array. */
  static @Nullable Scaled read(Object content) {
    if (content instanceof Blocked x) {
      float[] ones = new float[x.channels()];
      float[] zeros = new float[x.channels()];
      Arrays.fill(ones, 1);
      Arrays.fill(zeros, -0f); // x + -0 is x to the bit, also where x is -0
      return new Scaled(x, ones, zeros);
    }
    return content instanceof Scaled scaled ? scaled : null;
  }

  /** The larger of this and {@code floor}. */
  Blocked rectified(int size, float floor) {
    float[] y = BufferPool.floats(size);
    BlockKernels kernels = Blocked.kernels();
    int n = x.positions();
    each(
        size,
        (at, image, channel) ->
            kernels.rectified(n, x.elements(), at, scales, shifts, channel, floor, y, at));
    return new Blocked(y, x.channels(), n);
  }

  /** {@code y = max(this, floor) + z}. */
  void rectifyAndAdd(int size, float floor, float[] z, float[] y) {
    BlockKernels kernels = Blocked.kernels();
    int n = x.positions();
    each(
        size,
        (at, image, channel) ->
            kernels.rectifiedSum(
                n, x.elements(), at, scales, shifts, channel, floor, z, at, y, at));
  }

  /** Shares out the blocks of x. */
  void each(int size, Blocked.Task task) {
    int images = size / (x.channels() * x.positions());
    Blocked.each(images, x.channels(), x.positions(), Blocked.kernels().lanes(), task);
  }
}
