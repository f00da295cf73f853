package dev.tern.device.cuda;

import dev.tern.device.Backend;
import dev.tern.device.BackendProvider;
import dev.tern.shape.DeviceException;

/**
 * Looks for an NVIDIA GPU. This version of Tern has no CUDA kernels yet: it says what it finds, and
 * that no device can be used.
 */
public final class CudaProvider implements BackendProvider {
  /** Probing takes a second or two where there is a GPU, so it waits until somebody asks. */
  private static final class Probed {
    static final Probe PROBE = Probe.run();
  }

  /** Touches no driver yet. */
  public CudaProvider() {}

  @Override
  public String type() {
    return "cuda";
  }

  @Override
  public int deviceCount() {
    return 0;
  }

  @Override
  public String whyUnavailable() {
    return Probed.PROBE.why();
  }

  /**
   * No device can be used yet.
   *
   * @throws DeviceException always, with {@link #whyUnavailable} and its cause
   */
  @Override
  public Backend backend(int index) {
    DeviceException unavailable = new DeviceException("cuda:" + index + ": " + whyUnavailable());
    unavailable.initCause(Probed.PROBE.cause());
    throw unavailable;
  }
}
