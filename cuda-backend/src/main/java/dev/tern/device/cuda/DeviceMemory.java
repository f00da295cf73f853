package dev.tern.device.cuda;

import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;

/** The driver's memory of one GPU. */
record DeviceMemory(CudaDevice device) implements CachingAllocator.Source {
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
  public void free(long address) {
    device.enter();
    device.check(JCudaDriver.cuMemFree(new DevicePointer(address)), "freeing memory");
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
