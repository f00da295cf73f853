package dev.tern.device.cuda;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jcuda.driver.CUdevice;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;
import org.jspecify.annotations.Nullable;

/**
 * What the one attempt to reach the CUDA driver found.
 *
 * @param devices how many GPUs there are to use
 * @param why one line: what is missing, and what to do; null where a GPU can be used
 * @param cause what the attempt threw, null if it went through
 */
record Probe(int devices, @Nullable String why, @Nullable Throwable cause) {
  /** The kernels are PTX 6.3, which drivers know from CUDA 10.0 on. */
  private static final int OLDEST_DRIVER = 10000;

  /** The kernels are made for compute capability 7.5 (Turing, 2018). */
  private static final int OLDEST_CAPABILITY = 75;

  private static final String JCUDA = "12.6.0";

  /** JCuda loads whatever has its natives' name in the folder for temporary files. */
  private static final Pattern DAMAGED =
      Pattern.compile("(\\S*JCudaDriver\\S*): (?:file too short|.*invalid ELF|.*wrong ELF)");

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
      String why = answered(status, version[0], count[0]);
      return why == null ? found(count[0]) : new Probe(0, why, null);
    } catch (LinkageError | RuntimeException e) {
      return new Probe(
          0, failed(e, System.getProperty("os.name", ""), System.getProperty("os.arch", "")), e);
    }
  }

  /** The GPUs, where the newest of them is new enough. */
  private static Probe found(int devices) {
    int newest = 0;
    StringBuilder names = new StringBuilder();
    for (int i = 0; i < devices; i++) {
      CUdevice device = new CUdevice();
      JCudaDriver.cuDeviceGet(device, i);
      int capability = CudaDevice.capability(device);
      newest = Math.max(newest, capability);
      names
          .append(i == 0 ? "" : ", ")
          .append(CudaDevice.name(device))
          .append(" with %d.%d".formatted(capability / 10, capability % 10));
    }
    return newest >= OLDEST_CAPABILITY
        ? new Probe(devices, null, null)
        : new Probe(
            0,
            "the GPU is too old: Tern's kernels need compute capability %d.%d, found %s"
                .formatted(OLDEST_CAPABILITY / 10, OLDEST_CAPABILITY % 10, names),
            null);
  }

  /** What is wrong with an answer of the driver, or null. */
  static @Nullable String answered(int status, int version, int devices) {
    if (status == CUresult.CUDA_ERROR_NO_DEVICE
        || status == CUresult.CUDA_SUCCESS && devices == 0) {
      return "the NVIDIA driver finds no GPU; check nvidia-smi and CUDA_VISIBLE_DEVICES";
    }
    if (status != CUresult.CUDA_SUCCESS) {
      return "the NVIDIA driver does not start (%s); check nvidia-smi, and restart after a driver update"
          .formatted(CUresult.stringFor(status));
    }
    return version >= OLDEST_DRIVER
        ? null
        : "the NVIDIA driver is too old (it has CUDA %d.%d, 10.0 is the least); update it"
            .formatted(version / 1000, version % 1000 / 10);
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
    Matcher damaged = DAMAGED.matcher(message);
    if (damaged.find()) {
      return "%s is damaged, which JCuda unpacked once; remove it".formatted(damaged.group(1));
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
