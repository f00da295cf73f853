package dev.tern.device.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tern.device.Backends;
import dev.tern.device.Cuda;
import dev.tern.device.Device;
import dev.tern.shape.DeviceException;
import org.junit.jupiter.api.Test;

class CudaProviderTest {
  /** Prints what a program sees that asks for CUDA. */
  static final class Ask {
    public static void main(String[] arguments) {
      System.out.println(Cuda.isAvailable() + " " + Cuda.deviceCount());
      System.out.println(Cuda.whyUnavailable());
      try {
        Backends.of(Device.CUDA);
      } catch (DeviceException e) {
        System.out.println(e.getMessage());
      }
    }
  }

  @Test
  void isFoundAndSaysInOneLineWhyThereIsNoDevice() throws Exception {
    String[] said = ChildJvm.run(Ask.class, "-Dtern.cuda.emulator=false").split("\n");
    assertEquals(3, said.length, String.join("\n", said));
    assertEquals("false 0", said[0]);
    assertFalse(said[1].contains("not on the class path"));
    assertEquals("cuda:0 cannot be used: " + said[1], said[2]);
  }

  @Test
  void tellsAMissingDriverFromMissingNatives() {
    Error noDriver = new UnsatisfiedLinkError("x.so: libcuda.so.1: cannot open shared object file");
    assertTrue(Probe.failed(noDriver, "Linux", "amd64").startsWith("there is no NVIDIA driver"));
    Error noNatives = new UnsatisfiedLinkError("no JCudaDriver in java.library.path");
    assertTrue(
        Probe.failed(noNatives, "Linux", "amd64").contains(":linux-x86_64 on the class path"));
    assertTrue(Probe.failed(noNatives, "Windows 11", "amd64").contains(":windows-x86_64"));
    assertTrue(
        Probe.failed(noNatives, "Mac OS X", "aarch64").endsWith("none for Mac OS X on aarch64"));
    Error old = new UnsatisfiedLinkError("x.so: undefined symbol: cuGraphCreate");
    assertTrue(Probe.failed(old, "Linux", "amd64").contains("too old"));
  }

  @Test
  void readsTheDriversAnswers() {
    assertTrue(Probe.answered(100, 0, 0).contains("finds no GPU"));
    assertTrue(Probe.answered(0, 12060, 0).contains("finds no GPU"));
    assertTrue(Probe.answered(803, 0, 0).contains("CUDA_ERROR_SYSTEM_DRIVER_MISMATCH"));
    assertTrue(Probe.answered(0, 9020, 1).contains("it has CUDA 9.2"));
    assertEquals(
        "this version of Tern has no CUDA kernels yet; the NVIDIA driver (CUDA 12.6) offers 1 GPU,"
            + " the CPU is used",
        Probe.answered(0, 12060, 1));
  }
}
