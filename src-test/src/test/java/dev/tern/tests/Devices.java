package dev.tern.tests;

import dev.tern.device.Cuda;
import dev.tern.device.Device;
import dev.tern.device.cuda.Emulator;
import dev.tern.shape.DType;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.opentest4j.TestAbortedException;

/** The devices that tests run on. */
final class Devices {
  /** A device and the element types to test there. */
  record Run(Device device, List<DType> dtypes) {}

  private Devices() {}

  /** The CPU in both precisions, and CUDA in single, where there is any. */
  static List<Run> runs() {
    Run cpu = new Run(Device.CPU, List.of(DType.FLOAT64, DType.FLOAT32));
    try {
      return List.of(cpu, new Run(cuda(), List.of(DType.FLOAT32)));
    } catch (TestAbortedException e) {
      System.out.println("not run on cuda: " + e.getMessage());
      return List.of(cpu);
    }
  }

  /**
   * The GPU, or the emulated one. Where there is neither, the calling test is skipped and says why.
   */
  static Device cuda() {
    Emulator.load();
    Assumptions.assumeTrue(Cuda.isAvailable(), Cuda::whyUnavailable);
    return Device.CUDA;
  }
}
