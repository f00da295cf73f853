package dev.tern.device;

import org.jspecify.annotations.Nullable;

/**
 * How a backend is found: one line in {@code META-INF/services/dev.tern.device.BackendProvider}. A
 * missing driver is no exception: {@link #whyUnavailable} says so.
 */
public interface BackendProvider {
  /** The {@link Device#type} it serves. */
  String type();

  /** How many devices can be used, 0 if none. */
  int deviceCount();

  /** Null where a device can be used, else one line: why not, and what to do. */
  @Nullable String whyUnavailable();

  /** The backend of one of its devices, the same at each call. */
  Backend backend(int index);
}
