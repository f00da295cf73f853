package dev.tern.device.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tern.device.Data;
import dev.tern.shape.DType;
import dev.tern.shape.Shape;
import jcuda.driver.JCudaDriver;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EmulatorTest {
  private CudaDevice gpu;

  @BeforeEach
  void open() {
    Emulator.load();
    JCudaDriver.setExceptionsEnabled(false);
    JCudaDriver.cuInit(0);
    gpu = new CudaDevice(0, false);
    gpu.use(Ptx.load("trials"));
  }

  private Data floats(float... values) {
    Data data = new Data(gpu.allocate(DType.FLOAT32, values.length), 0, Shape.of(values.length));
    gpu.upload(values, 0, data);
    return data;
  }

  private float[] read(Data data) {
    float[] values = new float[data.numel()];
    gpu.download(data, values, 0);
    return values;
  }

  @Test
  void runsAKernel() {
    Data x = floats(1, 2, 3);
    Data y = floats(10, 20, 30);
    gpu.kernel("trial_axpy").args().arg(3).arg(2f).arg(x).arg(y).run(1, 256);
    assertArrayEquals(new float[] {12, 24, 36}, read(y));
  }

  @Test
  void passesStructsAndWideNumbers() {
    Data out = floats(0, 0, 0);
    gpu.kernel("trial_struct")
        .args()
        .arg(new int[] {1, 2, 3, 4})
        .arg(0.5)
        .arg(7L)
        .arg(out)
        .run(1, 1);
    assertArrayEquals(new float[] {4321, 0.5f, 7}, read(out));
    assertEquals(0, 0);
  }
}
