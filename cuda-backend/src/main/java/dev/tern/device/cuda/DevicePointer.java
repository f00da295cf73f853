package dev.tern.device.cuda;

import jcuda.driver.CUdeviceptr;

/** A device address that is a number, too: JCuda keeps its numbers to subclasses. */
final class DevicePointer extends CUdeviceptr {
  private static final CUdeviceptr NULL = new CUdeviceptr();

  /** For the driver to fill. */
  DevicePointer() {}

  DevicePointer(long address) {
    super(NULL, address);
  }

  long address() {
    return getNativePointer() + getByteOffset();
  }
}
