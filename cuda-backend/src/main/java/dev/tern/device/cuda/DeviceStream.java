package dev.tern.device.cuda;

import jcuda.driver.CUstream;
import jcuda.driver.CUstream_flags;
import jcuda.driver.JCudaDriver;

/** A stream that does not wait for the default one, and whose handle other libraries can have. */
final class DeviceStream extends CUstream {
  /** Creates one in the context that is current. */
  static DeviceStream create(CudaDevice device) {
    DeviceStream stream = new DeviceStream();
    device.check(
        JCudaDriver.cuStreamCreate(stream, CUstream_flags.CU_STREAM_NON_BLOCKING),
        "creating a stream");
    return stream;
  }

  long handle() {
    return getNativePointer();
  }
}
