package dev.tern.device.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tern.device.Backends;
import dev.tern.device.Cuda;
import dev.tern.device.Device;
import dev.tern.shape.DeviceException;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CudaProviderTest {
  /** Prints what a program sees that asks for CUDA; SETTING=VALUE sets the emulated driver. */
  static final class Ask {
    public static void main(String[] arguments) {
      for (String argument : arguments) {
        Emulator.load();
      }
      for (String argument : arguments) {
        String[] parts = argument.split("=");
        Emulator.set(Emulator.Setting.valueOf(parts[0]), Long.parseLong(parts[1]));
      }
      System.out.println("| " + Cuda.isAvailable() + " " + Cuda.deviceCount());
      System.out.println("| " + Cuda.whyUnavailable());
      try {
        Backends.of(Device.CUDA);
      } catch (DeviceException e) {
        System.out.println("| " + e.getMessage());
      }
    }
  }

  /** What is said where CUDA cannot be used: one line, told by all who are asked. */
  private static String why(String... arguments) throws Exception {
    String output = ChildJvm.run(Ask.class, arguments);
    String[] said =
        output
            .lines()
            .filter(line -> line.startsWith("| "))
            .map(line -> line.substring(2))
            .toArray(String[]::new);
    assertEquals(3, said.length, output);
    assertEquals("false 0", said[0]);
    assertEquals("cuda:0 cannot be used: " + said[1], said[2]);
    return said[1];
  }

  @Test
  void withoutADriver() throws Exception {
    Assumptions.assumeFalse(
        Files.exists(Path.of("/usr/lib/x86_64-linux-gnu/libcuda.so.1"))
            || Files.exists(Path.of("/dev/nvidiactl")),
        "there is a driver");
    assertEquals(
        "there is no NVIDIA driver (libcuda.so.1, nvcuda.dll); install one to use a GPU",
        why("-Dtern.cuda.emulator=false"));
  }

  @Test
  void withoutTheNatives(@TempDir Path empty) throws Exception {
    String path =
        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(entry -> !entry.contains("jcuda-natives"))
            .collect(Collectors.joining(File.pathSeparator));
    String why = why("-Djava.io.tmpdir=" + empty, "-cp", path);
    assertTrue(why.matches("the natives of JCuda .* put org.jcuda:jcuda-natives:.*"), why);
  }

  @Test
  void withWrongNatives_whichJCudaFindsInTheFolderForTemporaryFiles(@TempDir Path folder)
      throws Exception {
    Files.writeString(folder.resolve("libJCudaDriver-12.6.0-linux-x86_64.so"), "not a library");
    String why = why("-Djava.io.tmpdir=" + folder, "-Dtern.cuda.emulator=false");
    assertTrue(why.startsWith(folder.toString()), why);
    assertTrue(why.endsWith("is damaged, which JCuda unpacked once; remove it"), why);
  }

  @ParameterizedTest
  @CsvSource({
    "INIT_RESULT=100, the NVIDIA driver finds no GPU; check nvidia-smi and CUDA_VISIBLE_DEVICES",
    "DEVICES=0, the NVIDIA driver finds no GPU; check nvidia-smi and CUDA_VISIBLE_DEVICES",
    "INIT_RESULT=803, the NVIDIA driver does not start (CUDA_ERROR_SYSTEM_DRIVER_MISMATCH); check",
    "DRIVER_VERSION=9020, the NVIDIA driver is too old (it has CUDA 9.2",
    "CAPABILITY=61, 'the GPU is too old: Tern''s kernels need compute capability 7.5, found Emulated GPU 0 with 6.1'"
  })
  void withADriverOrGpuThatWillNotDo(String setting, String expected) throws Exception {
    Emulator.load();
    String why = why(setting);
    assertTrue(why.startsWith(expected), why);
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
    assertNull(Probe.answered(0, 12060, 1));
  }
}
