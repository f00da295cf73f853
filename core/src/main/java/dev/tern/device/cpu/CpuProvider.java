package dev.tern.device.cpu;

import dev.tern.device.Backend;
import dev.tern.device.BackendProvider;
import org.jspecify.annotations.Nullable;

/** The CPU, which is always there. */
public final class CpuProvider implements BackendProvider {
  /** For {@link java.util.ServiceLoader}. */
  public CpuProvider() {}

  @Override
  public String type() {
    return "cpu";
  }

  @Override
  public int deviceCount() {
    return 1;
  }

  @Override
  public @Nullable String whyUnavailable() {
    return null;
  }

  @Override
  public Backend backend(int index) {
    return CpuBackend.CPU;
  }
}
