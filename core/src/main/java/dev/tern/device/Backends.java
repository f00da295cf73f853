package dev.tern.device;

import dev.tern.shape.DeviceException;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The backends on the class path. The CPU is always among them. */
public final class Backends {
  private static final String CPU_TYPE = "cpu";
  private static final BackendProvider CPU_PROVIDER = cpuProvider();

  /** The CPU's backend: the one that every tensor starts from. */
  private static final Backend CPU = CPU_PROVIDER.backend(0);

  private Backends() {}

  /** By name: to look for it through all modules takes a tenth of a program's start. */
  private static BackendProvider cpuProvider() {
    String name = "dev.tern.device.cpu.CpuProvider";
    try {
      return (BackendProvider) Class.forName(name).getDeclaredConstructor().newInstance();
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(name + " is missing from Tern's own jar", e);
    }
  }

  /** Looked for when a device other than the CPU is asked for. */
  private static final class Found {
    static final Map<String, BackendProvider> PROVIDERS = find();

    private static Map<String, BackendProvider> find() {
      Map<String, BackendProvider> found = new TreeMap<>();
      found.put(CPU_TYPE, CPU_PROVIDER);
      for (BackendProvider provider :
          ServiceLoader.load(BackendProvider.class, Backends.class.getClassLoader())) {
        found.putIfAbsent(provider.type(), provider);
      }
      return found;
    }
  }

  /** The CPU's backend. */
  public static Backend cpu() {
    return CPU;
  }

  /**
   * The backend of a device.
   *
   * @throws DeviceException if it cannot be used; says why and what to do
   */
  public static Backend of(Device device) {
    BackendProvider provider = provider(device.type());
    if (provider == null) {
      throw new DeviceException(
          "no backend for %s on the class path; found %s"
              .formatted(device, Found.PROVIDERS.keySet()));
    }
    String why = provider.whyUnavailable();
    if (why != null) {
      throw new DeviceException(device + " cannot be used: " + why);
    }
    if (device.index() >= provider.deviceCount()) {
      throw new DeviceException(
          "there is no %s; found %d of type %s"
              .formatted(device, provider.deviceCount(), device.type()));
    }
    return provider.backend(device.index());
  }

  /** The provider of a type of device, or null if there is none on the class path. */
  public static @Nullable BackendProvider provider(String type) {
    return type.equals(CPU_TYPE) ? CPU_PROVIDER : Found.PROVIDERS.get(type);
  }
}
