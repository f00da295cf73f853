package dev.tern.device.cuda;

import java.util.ArrayDeque;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;

/**
 * The driver's memory of one GPU. Nothing may be freed while a graph is captured, by whichever
 * thread: it is put off until then.
 */
final class DeviceMemory implements CachingAllocator.Source {
  private final CudaDevice device;
  private final ArrayDeque<Long> toFree = new ArrayDeque<>();
  private boolean held;

  DeviceMemory(CudaDevice device) {
    this.device = device;
  }

  @Override
  public long allocate(long bytes) {
    device.enter();
    DevicePointer pointer = new DevicePointer();
    int status = JCudaDriver.cuMemAlloc(pointer, bytes);
    if (status == CUresult.CUDA_ERROR_OUT_OF_MEMORY) {
      return 0;
    }
    device.check(status, "allocating memory");
    return pointer.address();
  }

  @Override
  public synchronized void free(long address) {
    toFree.add(address);
    freeAll();
  }

  /** Frees nothing from now on, or what was put off and whatever is given back next. */
  synchronized void hold(boolean hold) {
    held = hold;
    freeAll();
  }

  private void freeAll() {
    while (!held && !toFree.isEmpty()) {
      device.enter();
      long address = toFree.remove();
      device.check(JCudaDriver.cuMemFree(new DevicePointer(address)), "freeing memory");
    }
  }

  @Override
  public long free() {
    return info()[0];
  }

  @Override
  public long total() {
    return info()[1];
  }

  private long[] info() {
    device.enter();
    long[] free = {0};
    long[] total = {0};
    device.check(JCudaDriver.cuMemGetInfo(free, total), "asking for free memory");
    return new long[] {free[0], total[0]};
  }
}
