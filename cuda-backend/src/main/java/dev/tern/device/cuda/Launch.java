package dev.tern.device.cuda;

import dev.tern.device.Data;
import java.nio.ByteBuffer;
import java.util.Arrays;
import jcuda.driver.JCudaDriver;
import org.jspecify.annotations.Nullable;

/**
 * The arguments of one launch, in a block of memory built once: first the addresses of the
 * arguments, then the arguments. The driver copies them before the launch returns, so the block
 * serves the next launch at once.
 */
final class Launch {
  private static final int MOST_ARGUMENTS = 64;
  private static final int VALUES = MOST_ARGUMENTS * Long.BYTES;
  private static final int SIZE = VALUES + 4096 + 1024; // a kernel takes 4 KiB at most

  private final PinnedMemory block;
  private final ByteBuffer bytes;
  private final long base;
  private final @Nullable Object[] used = new @Nullable Object[MOST_ARGUMENTS];
  private Kernel kernel;
  private int count;
  private int end;

  Launch(Kernel first) {
    kernel = first;
    block = PinnedMemory.allocate(first.device, SIZE);
    base = block.address();
    bytes = block.bytes(SIZE);
  }

  Launch begin(Kernel next) {
    kernel = next;
    count = 0;
    end = VALUES;
    return this;
  }

  private void slot(String type, int size) {
    if (count >= kernel.parameters.size() || !fits(kernel.parameters.get(count), type)) {
      throw new IllegalStateException(
          "argument %d of %s is %s; it takes %s"
              .formatted(count, kernel.name, type, kernel.parameters));
    }
    end = (end + 15) & ~15;
    bytes.putLong(count++ * Long.BYTES, base + end);
    end += size;
  }

  private static boolean fits(String parameter, String type) {
    return parameter.equals(type)
        || parameter.length() == type.length()
            && parameter.endsWith(type.substring(1))
            && "usb".indexOf(parameter.charAt(0)) >= 0
            && type.charAt(0) == 'u';
  }

  /** Where the elements of data begin; null is a null pointer. */
  Launch arg(@Nullable Data data) {
    if (data != null) {
      kernel.device.expectHere(data);
      used[count] = data.storage(); // is not collected before the kernel is in the stream
    }
    return arg(data == null ? 0L : CudaStorage.address(data));
  }

  /** An int, signed or not. */
  Launch arg(int value) {
    slot("u32", 4);
    bytes.putInt(end - 4, value);
    return this;
  }

  /** A long, or an address. */
  Launch arg(long value) {
    slot("u64", 8);
    bytes.putLong(end - 8, value);
    return this;
  }

  /** A float. */
  Launch arg(float value) {
    slot("f32", 4);
    bytes.putFloat(end - 4, value);
    return this;
  }

  /** A double. */
  Launch arg(double value) {
    slot("f64", 8);
    bytes.putDouble(end - 8, value);
    return this;
  }

  /** A struct of ints, by value. */
  Launch arg(int[] values) {
    slot("b8[" + 4 * values.length + "]", 4 * values.length);
    bytes
        .slice(end - 4 * values.length, 4 * values.length)
        .order(bytes.order())
        .asIntBuffer()
        .put(values);
    return this;
  }

  /** A struct of longs or addresses, by value. */
  Launch arg(long[] values) {
    slot("b8[" + 8 * values.length + "]", 8 * values.length);
    bytes
        .slice(end - 8 * values.length, 8 * values.length)
        .order(bytes.order())
        .asLongBuffer()
        .put(values);
    return this;
  }

  /** Launches blocks of as many threads, in a row each. */
  void run(int blocks, int threads) {
    run(blocks, 1, 1, threads, 1, 1);
  }

  /** Launches a grid of blocks of threads. */
  void run(int gridX, int gridY, int gridZ, int blockX, int blockY, int blockZ) {
    if (count != kernel.parameters.size()) {
      throw new IllegalStateException(
          "%s takes %s, got %d arguments".formatted(kernel.name, kernel.parameters, count));
    }
    CudaDevice device = kernel.device;
    device.enter();
    device.launched(kernel.name);
    int status =
        JCudaDriver.cuLaunchKernel(
            kernel.function,
            gridX,
            gridY,
            gridZ,
            blockX,
            blockY,
            blockZ,
            0,
            device.stream(),
            block,
            null);
    device.keep(used);
    Arrays.fill(used, 0, count, null);
    device.done(this);
    device.check(status, "launching " + kernel.name);
    device.syncIfAsked(kernel.name);
  }
}
