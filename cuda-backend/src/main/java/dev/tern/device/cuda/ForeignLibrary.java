package dev.tern.device.cuda;

import dev.tern.shape.DeviceException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Array;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A native library reached through {@code java.lang.foreign}, which Java has from 22 on; Tern is
 * compiled for 17 and knows it by reflection. Addresses are longs. A library stays loaded.
 */
final class ForeignLibrary {
  private static final int SINCE = 22;

  private final String name;
  private final Object symbols;

  private ForeignLibrary(String name, Object symbols) {
    this.name = name;
    this.symbols = symbols;
  }

  /** Why no library can be reached, or null. */
  static @Nullable String whyUnavailable() {
    int version = Runtime.version().feature();
    return version >= SINCE ? null : "Java " + SINCE + " is the least for it, this is " + version;
  }

  /**
   * Loads a library.
   *
   * @param folder where it lies; null: wherever the system looks
   * @return null if there is none, or the system finds none that it can load
   * @throws DeviceException if the file in the folder cannot be loaded
   */
  static @Nullable ForeignLibrary load(@Nullable Path folder, String soname) {
    Path file = folder == null ? null : folder.resolve(soname).toAbsolutePath();
    if (file != null && !Files.exists(file)) {
      return null;
    }
    Object from = file == null ? soname : file;
    try {
      Class<?> arena = type("Arena");
      Object symbols =
          type("SymbolLookup")
              .getMethod("libraryLookup", file == null ? String.class : Path.class, arena)
              .invoke(null, from, arena.getMethod("global").invoke(null));
      return new ForeignLibrary(from.toString(), symbols);
    } catch (InvocationTargetException e) {
      if (!(e.getCause() instanceof IllegalArgumentException)) {
        throw new IllegalStateException(e);
      }
      if (file != null) {
        throw new DeviceException(file + " cannot be loaded");
      }
      return null;
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * A function that returns a status.
   *
   * @param parameters one letter each: i is an int or an enum, l an address or another number of 64
   *     bits
   * @throws DeviceException if the library has no such function
   */
  Function function(String function, String parameters) {
    try {
      Optional<?> address =
          (Optional<?>)
              type("SymbolLookup").getMethod("find", String.class).invoke(symbols, function);
      if (address.isEmpty()) {
        throw new DeviceException("%s has no %s".formatted(name, function));
      }
      Object layouts = Array.newInstance(type("MemoryLayout"), parameters.length());
      for (int i = 0; i < parameters.length(); i++) {
        Array.set(layouts, i, layout(parameters.charAt(i)));
      }
      Object descriptor =
          type("FunctionDescriptor")
              .getMethod("of", type("MemoryLayout"), layouts.getClass())
              .invoke(null, layout('i'), layouts);
      Object options = Array.newInstance(type("Linker$Option"), 0);
      Object handle =
          type("Linker")
              .getMethod(
                  "downcallHandle",
                  type("MemorySegment"),
                  type("FunctionDescriptor"),
                  options.getClass())
              .invoke(
                  type("Linker").getMethod("nativeLinker").invoke(null),
                  address.get(),
                  descriptor,
                  options);
      return new Function(function, (MethodHandle) handle);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Class<?> type(String name) throws ClassNotFoundException {
    return Class.forName("java.lang.foreign." + name);
  }

  private static Object layout(char parameter) throws ReflectiveOperationException {
    return type("ValueLayout").getField(parameter == 'i' ? "JAVA_INT" : "JAVA_LONG").get(null);
  }

  /** The library's file, or its name where the system found it. */
  @Override
  public String toString() {
    return name;
  }

  /** A native function, whose arguments are all given as longs. */
  static final class Function {
    private final String name;
    private final MethodHandle handle; // (long[])int

    private Function(String name, MethodHandle exact) {
      this.name = name;
      int count = exact.type().parameterCount();
      Class<?>[] longs = new Class<?>[count];
      Arrays.fill(longs, long.class);
      MethodType widened = MethodType.methodType(int.class, longs);
      handle = MethodHandles.explicitCastArguments(exact, widened).asSpreader(long[].class, count);
    }

    /** Calls it; the answer is its status. */
    int call(long... arguments) {
      try {
        return (int) handle.invokeExact(arguments);
      } catch (RuntimeException | Error e) {
        throw e;
      } catch (Throwable e) {
        throw new IllegalStateException(name, e);
      }
    }

    @Override
    public String toString() {
      return name;
    }
  }
}
