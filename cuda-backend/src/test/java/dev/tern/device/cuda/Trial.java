package dev.tern.device.cuda;

import dev.tern.device.Data;
import dev.tern.shape.DType;
import dev.tern.shape.Shape;
import jcuda.driver.JCudaDriver;
import org.junit.jupiter.api.Assumptions;

/**
 * A GPU with the kernels of {@code trials.cu}. The first two emulated ones are left to the tests
 * that use them through {@link CudaProvider}.
 */
final class Trial {
  final CudaDevice gpu;

  private Trial(CudaDevice gpu) {
    this.gpu = gpu;
    gpu.use(Ptx.load("trials"));
  }

  /** Opens a GPU without a cache, so that each array lies between pages not to be touched. */
  static Trial open(int index) {
    return open(index, new CudaDevice.Options(false, false));
  }

  static Trial open(int index, CudaDevice.Options options) {
    Emulator.load();
    if (Emulator.isLoaded()) {
      Emulator.reset(index);
    }
    JCudaDriver.setExceptionsEnabled(false);
    JCudaDriver.cuInit(0);
    int[] count = {0};
    JCudaDriver.cuDeviceGetCount(count);
    int real = Emulator.isLoaded() ? index : index - 2;
    Assumptions.assumeTrue(real < count[0], () -> "there are only " + count[0] + " GPUs");
    return new Trial(new CudaDevice(real, options));
  }

  Data floats(float... values) {
    Data data = empty(values.length);
    gpu.upload(values, 0, data);
    return data;
  }

  Data empty(int size) {
    return new Data(gpu.allocate(DType.FLOAT32, size), 0, Shape.of(size));
  }

  float[] read(Data data) {
    float[] values = new float[data.numel()];
    gpu.download(data, values, 0);
    return values;
  }

  Launch kernel(String name) {
    return gpu.kernel("trial_" + name).args();
  }
}
