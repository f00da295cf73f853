package dev.tern.device.cuda;

import java.util.Locale;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;
import org.jspecify.annotations.Nullable;

/**
 * What the one attempt to reach the CUDA driver found.
 *
 * @param why one line: what is missing, and what to do
 * @param cause what the attempt threw, null if it went through
 */
record Probe(String why, @Nullable Throwable cause) {
  /** The driver binding works with drivers from CUDA 10.0 on. */
  private static final int OLDEST_DRIVER = 10000;

  private static final String JCUDA = "12.6.0";

  /** Asks the driver; never throws. */
  static Probe run() {
    try {
      JCudaDriver.setExceptionsEnabled(false);
      int status = JCudaDriver.cuInit(0);
      int[] version = {0};
      int[] count = {0};
      if (status == CUresult.CUDA_SUCCESS) {
        JCudaDriver.cuDriverGetVersion(version);
        status = JCudaDriver.cuDeviceGetCount(count);
      }
      return new Probe(answered(status, version[0], count[0]), null);
    } catch (LinkageError | RuntimeException e) {
      return new Probe(
          failed(e, System.getProperty("os.name", ""), System.getProperty("os.arch", "")), e);
    }
  }

  /** What an answer of the driver means. */
  static String answered(int status, int version, int devices) {
    if (status == CUresult.CUDA_ERROR_NO_DEVICE
        || status == CUresult.CUDA_SUCCESS && devices == 0) {
      return "the NVIDIA driver finds no GPU; check nvidia-smi and CUDA_VISIBLE_DEVICES";
    }
    if (status != CUresult.CUDA_SUCCESS) {
      return "the NVIDIA driver does not start (%s); check nvidia-smi, and restart after a driver update"
          .formatted(CUresult.stringFor(status));
    }
    if (version < OLDEST_DRIVER) {
      return "the NVIDIA driver is too old (it has CUDA %d.%d, 10.0 is the least); update it"
          .formatted(version / 1000, version % 1000 / 10);
    }
    return "this version of Tern has no CUDA kernels yet; the NVIDIA driver (CUDA %d.%d) offers %d %s, the CPU is used"
        .formatted(version / 1000, version % 1000 / 10, devices, devices == 1 ? "GPU" : "GPUs");
  }

  /** What it means that the binding could not be loaded. */
  static String failed(Throwable error, String os, String architecture) {
    String message = String.valueOf(error.getMessage());
    if (message.contains("libcuda.so") || message.toLowerCase(Locale.ROOT).contains("nvcuda.dll")) {
      return "there is no NVIDIA driver (libcuda.so.1, nvcuda.dll); install one to use a GPU";
    }
    if (message.contains("undefined symbol")) {
      return "the NVIDIA driver is too old for JCuda " + JCUDA + "; update it";
    }
    boolean served =
        (os.startsWith("Linux") || os.startsWith("Windows"))
            && (architecture.equals("amd64") || architecture.equals("x86_64"));
    return served
        ? "the natives of JCuda %s cannot be loaded; put org.jcuda:jcuda-natives:%s:%s-x86_64 on the class path"
            .formatted(JCUDA, JCUDA, os.startsWith("Linux") ? "linux" : "windows")
        : "JCuda %s has natives for linux-x86_64 and windows-x86_64, none for %s on %s"
            .formatted(JCUDA, os, architecture);
  }
}
