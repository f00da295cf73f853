package dev.tern.device.cuda;

import dev.tern.shape.DType;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import jcuda.driver.CUevent;
import jcuda.driver.CUevent_flags;
import jcuda.driver.JCudaDriver;

/**
 * Copies between the Java heap and the GPU by way of a ring of pinned buffers. An upload is in the
 * stream when the call returns and under way while the host goes on; it waits only where the whole
 * ring is still in use.
 */
final class Staging {
  private static final int BUFFERS = 4;
  private static final int SIZE = 4 << 20;

  private final CudaDevice device;
  private final ArrayDeque<Buffer> ring = new ArrayDeque<>();
  private int made;

  Staging(CudaDevice device) {
    this.device = device;
  }

  private static final class Buffer {
    final PinnedMemory memory;
    final ByteBuffer bytes;
    final CUevent copied = new CUevent();

    Buffer(CudaDevice device) {
      memory = PinnedMemory.allocate(device, SIZE);
      bytes = memory.bytes(SIZE);
      device.check(
          JCudaDriver.cuEventCreate(copied, CUevent_flags.CU_EVENT_DISABLE_TIMING),
          "creating an event");
    }
  }

  /** The buffer that was used longest ago, or a new one while there are few. */
  private Buffer take() {
    synchronized (ring) {
      while (ring.isEmpty() && made == BUFFERS) {
        try {
          ring.wait();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt(); // it comes soon: whoever has it only copies
        }
      }
      if (made < BUFFERS) {
        Buffer buffer = new Buffer(device); // or there is no memory, and it is not counted
        made++;
        return buffer;
      }
      return ring.removeFirst();
    }
  }

  private void giveBack(Buffer buffer) {
    synchronized (ring) {
      ring.addLast(buffer);
      ring.notifyAll();
    }
  }

  /** Copies from an array, {@code size} elements of the type, to an address. */
  void upload(DType dtype, Object array, int from, int size, long to) {
    device.enter();
    device.expectNoCapture("a copy from the host");
    int most = SIZE / dtype.bytes();
    for (int done = 0; done < size; done += most) {
      int n = Math.min(most, size - done);
      Buffer buffer = take();
      try {
        device.check(JCudaDriver.cuEventSynchronize(buffer.copied), "waiting for an upload");
        put(buffer.bytes, array, from + done, n);
        device.check(
            JCudaDriver.cuMemcpyHtoDAsync(
                new DevicePointer(to + (long) done * dtype.bytes()),
                buffer.memory,
                (long) n * dtype.bytes(),
                device.stream()),
            "copying to the GPU");
        device.check(
            JCudaDriver.cuEventRecord(buffer.copied, device.stream()), "recording an event");
      } finally {
        giveBack(buffer);
      }
    }
  }

  /** Copies from an address to an array; waits for the work before it. */
  void download(DType dtype, long from, int size, Object array, int to) {
    device.enter();
    device.expectNoCapture("a copy to the host (item(), toString(), data access)");
    int most = SIZE / dtype.bytes();
    for (int done = 0; done < size; done += most) {
      int n = Math.min(most, size - done);
      Buffer buffer = take();
      try {
        device.check(JCudaDriver.cuEventSynchronize(buffer.copied), "waiting for an upload");
        device.check(
            JCudaDriver.cuMemcpyDtoHAsync(
                buffer.memory,
                new DevicePointer(from + (long) done * dtype.bytes()),
                (long) n * dtype.bytes(),
                device.stream()),
            "copying from the GPU");
        device.check(JCudaDriver.cuStreamSynchronize(device.stream()), "copying from the GPU");
        get(buffer.bytes, array, to + done, n);
      } finally {
        giveBack(buffer);
      }
    }
  }

  private static void put(ByteBuffer bytes, Object array, int from, int n) {
    bytes.clear();
    if (array instanceof float[] floats) {
      bytes.asFloatBuffer().put(floats, from, n);
    } else if (array instanceof double[] doubles) {
      bytes.asDoubleBuffer().put(doubles, from, n);
    } else if (array instanceof long[] longs) {
      bytes.asLongBuffer().put(longs, from, n);
    } else if (array instanceof int[] ints) {
      bytes.asIntBuffer().put(ints, from, n);
    } else if (array instanceof short[] shorts) {
      bytes.asShortBuffer().put(shorts, from, n);
    } else {
      bytes.put((byte[]) array, from, n);
    }
  }

  private static void get(ByteBuffer bytes, Object array, int to, int n) {
    bytes.clear();
    if (array instanceof float[] floats) {
      bytes.asFloatBuffer().get(floats, to, n);
    } else if (array instanceof double[] doubles) {
      bytes.asDoubleBuffer().get(doubles, to, n);
    } else if (array instanceof long[] longs) {
      bytes.asLongBuffer().get(longs, to, n);
    } else if (array instanceof int[] ints) {
      bytes.asIntBuffer().get(ints, to, n);
    } else if (array instanceof short[] shorts) {
      bytes.asShortBuffer().get(shorts, to, n);
    } else {
      bytes.get((byte[]) array, to, n);
    }
  }
}
