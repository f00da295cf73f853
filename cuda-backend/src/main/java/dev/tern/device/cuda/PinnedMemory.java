package dev.tern.device.cuda;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import jcuda.Pointer;
import jcuda.driver.JCudaDriver;

/** Page-locked host memory: the GPU copies from and to it while the host goes on. */
final class PinnedMemory extends Pointer {
  private static final int PORTABLE = 1; // for the contexts of all GPUs

  /** Allocates in the context that is current. */
  static PinnedMemory allocate(CudaDevice device, int bytes) {
    PinnedMemory memory = new PinnedMemory();
    device.check(JCudaDriver.cuMemHostAlloc(memory, bytes, PORTABLE), "allocating pinned memory");
    return memory;
  }

  long address() {
    return getNativePointer();
  }

  ByteBuffer bytes(int length) {
    return getByteBuffer(0, length).order(ByteOrder.nativeOrder());
  }
}
