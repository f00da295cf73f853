package dev.tern.device.cpu;

import dev.tern.device.Data;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The elements of a FLOAT32 storage as {@code [N, C/L, positions, L]}: what lies beside each other
 * are the L channels of a position, one vector. Winograd's convolution, batch normalisation and
 * pooling need no transposes and no sums across lanes in this order, and pointwise functions do not
 * care. A storage changes to it when such a kernel reads or writes it, and back when anything else
 * asks for its array, so nobody but these kernels knows ({@code docs/adr/021}).
 *
 * @param elements at least as many as the storage has
 * @param channels C, a multiple of L
 * @param positions the elements of a plane
 */
record Blocked(float[] elements, int channels, int positions) {
  /** What a task of the team moves or computes, at least. */
  private static final int ELEMENTS = 1 << 15;

  /** What is done with a block: the L planes of one image, {@code positions x L} elements. */
  @FunctionalInterface
  interface Task {
    /**
     * Runs.
     *
     * @param at where the block begins; in the plain order its planes begin there too
     * @param image the image
     * @param channel the first channel
     */
    void run(int at, int image, int channel);
  }

  /** The kernels of what is blocked: without them nothing is. */
  static BlockKernels kernels() {
    return Objects.requireNonNull(Simd.get().blocks());
  }

  /** The kernels, where channels fill whole vectors. */
  static @Nullable BlockKernels kernels(int channels) {
    BlockKernels kernels = Simd.get().blocks();
    return kernels != null && channels > 0 && channels % kernels.lanes() == 0 ? kernels : null;
  }

  /** Whether x lies in such blocks. */
  static boolean is(Data x, int channels, int positions) {
    Blocked blocked = of(x);
    return blocked != null && blocked.channels == channels && blocked.positions == positions;
  }

  /** What x lies in, if it is all of its storage and that is blocked. */
  static @Nullable Blocked of(Data x) {
    var storage = (CpuStorage) x.storage();
    return isWhole(x) ? storage.blocked() : null;
  }

  /** Whether x can be read in blocks: all of a storage. */
  static boolean isWhole(Data x) {
    return x.offset() == 0 && x.numel() == x.storage().size();
  }

  /** Whether x is all of a storage whose content may be replaced. */
  static boolean isOwn(Data x) {
    return isWhole(x) && ((CpuStorage) x.storage()).isOwn();
  }

  /** The elements of x, which {@link #isWhole}, in blocks; they are moved if they are not yet. */
  static float[] read(Data x, int channels, int positions) {
    return ((CpuStorage) x.storage()).toBlocked(channels, positions).elements();
  }

  /** Where to write all elements of y in blocks; null if its array has to keep its order. */
  static float @Nullable [] write(Data y, int channels, int positions) {
    return isWhole(y) ? ((CpuStorage) y.storage()).asBlocked(channels, positions) : null;
  }

  /** Likewise for y that {@link #isOwn}. */
  static float[] writeOwn(Data y, int channels, int positions) {
    return Objects.requireNonNull(write(y, channels, positions));
  }

  /**
   * Prepares a pointwise function: where an operand of as many elements as {@code out} is blocked,
   * brings all of them and the result to its order.
   *
   * @return whether it did; {@link #elements} are the arrays then
   */
  static boolean align(Data out, Data a, @Nullable Data b) {
    Blocked order = of(a);
    if (order == null && b != null) {
      order = of(b);
    }
    if (order == null || !fits(out, a) || b != null && !fits(out, b)) {
      return false;
    }
    int c = order.channels;
    int p = order.positions;
    read(a, c, p);
    if (b != null) {
      read(b, c, p);
    }
    return is(a, c, p) && (b == null || is(b, c, p)) && write(out, c, p) != null;
  }

  private static boolean fits(Data out, Data x) {
    return isWhole(x) && x.numel() == out.numel();
  }

  /** The array that x lies in, whatever the order. */
  static float[] elements(Data x) {
    return ((CpuStorage) x.storage()).elements();
  }

  /** Shares out the blocks of n images. */
  static void each(int n, int channels, int positions, int lanes, Task task) {
    int blocks = n * (channels / lanes);
    int size = positions * lanes;
    int perTask = Math.max(1, ELEMENTS / Math.max(1, size));
    Team.run(
        (blocks + perTask - 1) / perTask,
        (long) blocks * size,
        part -> {
          int end = Math.min(blocks, (part + 1) * perTask);
          for (int block = part * perTask; block < end; block++) {
            int perImage = channels / lanes;
            task.run(block * size, block / perImage, block % perImage * lanes);
          }
        });
  }

  /** Elements in the plain order {@code [N, C, positions]}, brought to blocks. */
  static Blocked pack(float[] x, int size, int channels, int positions) {
    float[] elements = BufferPool.floats(size);
    BlockKernels kernels = Blocked.kernels();
    int n = size / (channels * positions);
    each(
        n,
        channels,
        positions,
        kernels.lanes(),
        (at, image, channel) -> kernels.pack(positions, x, at, elements, at));
    return new Blocked(elements, channels, positions);
  }

  /** These elements in the plain order. */
  float[] unpack(int size) {
    float[] plain = BufferPool.floats(size);
    BlockKernels kernels = Blocked.kernels();
    int n = size / (channels * positions);
    each(
        n,
        channels,
        positions,
        kernels.lanes(),
        (at, image, channel) -> kernels.unpack(positions, elements, at, plain, at));
    return plain;
  }
}
