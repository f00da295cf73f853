package dev.tern.tests;

import dev.tern.device.Backends;
import dev.tern.device.Cuda;
import dev.tern.device.Device;
import dev.tern.device.cuda.Emulator;
import dev.tern.device.cuda.EmulatorLibraries;
import dev.tern.shape.DType;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.opentest4j.TestAbortedException;

/** The devices that tests run on. */
final class Devices {
  private static final String LIBRARIES = "tern.cuda.libraries";

  /** A device and the element types to test there. */
  record Run(Device device, List<DType> dtypes) {}

  private Devices() {}

  /**
   * The CPU in both precisions, and CUDA in single, where there is any: by Tern's kernels alone,
   * and with NVIDIA's libraries where they can be reached.
   */
  static List<Run> runs() {
    List<Run> runs = new ArrayList<>();
    runs.add(new Run(Device.CPU, List.of(DType.FLOAT64, DType.FLOAT32)));
    try {
      runs.add(new Run(cuda(), List.of(DType.FLOAT32)));
      runs.add(new Run(cudaWithLibraries(), List.of(DType.FLOAT32)));
    } catch (TestAbortedException e) {
      System.out.println("not run on cuda: " + e.getMessage());
    }
    return runs;
  }

  /**
   * The GPU, or the emulated one. Where there is neither, the calling test is skipped and says why.
   */
  static Device cuda() {
    Emulator.load();
    Assumptions.assumeTrue(Cuda.isAvailable(), Cuda::whyUnavailable);
    return Device.CUDA;
  }

  /** A GPU that computes with cuBLAS and cuDNN, or their stand-ins; skips as {@link #cuda}. */
  static synchronized Device cudaWithLibraries() {
    Device device = Device.cuda(1);
    cuda();
    Assumptions.assumeTrue(Cuda.deviceCount() > 1, "there is no second GPU for the libraries");
    String set = System.getProperty(LIBRARIES);
    System.setProperty(LIBRARIES, EmulatorLibraries.both());
    try {
      Backends.of(device); // reads the property when it is opened
    } finally {
      if (set == null) {
        System.clearProperty(LIBRARIES);
      } else {
        System.setProperty(LIBRARIES, set);
      }
    }
    return device;
  }
}
