package dev.tern.device.cuda;

import dev.tern.device.Backend;
import dev.tern.device.Data;
import dev.tern.device.Storage;
import dev.tern.shape.DType;

/** Memory on a GPU. It goes back to the device's allocator when nothing refers to it any more. */
final class CudaStorage extends Storage {
  private final CudaDevice device;
  private final CachingAllocator.Lease lease;

  CudaStorage(CudaDevice device, DType dtype, int size) {
    super(dtype, size);
    this.device = device;
    this.lease = device.memory().lease(this, (long) size * dtype.bytes(), device.pool());
  }

  @Override
  public Backend backend() {
    return device.backend();
  }

  CudaDevice device() {
    return device;
  }

  /**
   * Where it begins.
   *
   * @throws IllegalStateException if the memory was given back
   */
  long address() {
    long address = lease.address();
    if (address == 0 && size() > 0) {
      expectHeld();
      throw new IllegalStateException(
          "this tensor's memory (%d elements of %s on %s) was given back and must not be used any more"
              .formatted(size(), dtype(), device));
    }
    return address;
  }

  /** Whether its memory is of this pool. */
  boolean isOf(CachingAllocator.Pool pool) {
    return lease.pool() == pool;
  }

  /** Gives the memory back at once; work under way keeps it until it is done, as streams do. */
  void recycle() {
    lease.giveBack();
  }

  /** Where the elements of data begin. */
  static long address(Data data) {
    return ((CudaStorage) data.storage()).address() + (long) data.offset() * data.dtype().bytes();
  }
}
