package dev.tern.device.cuda;

import dev.tern.device.Backend;
import dev.tern.device.BackendProvider;
import dev.tern.shape.DeviceException;
import org.jspecify.annotations.Nullable;

/** Finds NVIDIA GPUs of compute capability 7.5 and up through the driver that is installed. */
public final class CudaProvider implements BackendProvider {
  /** Probing takes a second or two where there is a GPU, so it waits until somebody asks. */
  private static final class Probed {
    static final Probe PROBE = Probe.run();
    static final @Nullable CudaDevice[] DEVICES = new CudaDevice[PROBE.devices()];
  }

  /** Touches no driver yet. */
  public CudaProvider() {}

  @Override
  public String type() {
    return "cuda";
  }

  @Override
  public int deviceCount() {
    return Probed.PROBE.devices();
  }

  @Override
  public @Nullable String whyUnavailable() {
    return Probed.PROBE.why();
  }

  /**
   * The backend of a GPU, which is opened at the first call.
   *
   * @throws DeviceException if there is none, with {@link #whyUnavailable} and its cause
   */
  @Override
  public Backend backend(int index) {
    Probe probe = Probed.PROBE;
    if (index >= probe.devices()) {
      DeviceException unavailable =
          new DeviceException(
              "cuda:%d: %s"
                  .formatted(
                      index,
                      probe.why() != null
                          ? probe.why()
                          : "there are " + probe.devices() + " GPUs"));
      unavailable.initCause(probe.cause());
      throw unavailable;
    }
    synchronized (Probed.DEVICES) {
      CudaDevice device = Probed.DEVICES[index];
      if (device == null) {
        device = new CudaDevice(index, CudaDevice.Options.ofProperties());
        Probed.DEVICES[index] = device;
      }
      return device.backend();
    }
  }
}
