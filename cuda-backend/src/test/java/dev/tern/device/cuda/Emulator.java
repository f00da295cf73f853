package dev.tern.device.cuda;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * A CUDA driver for machines without a GPU: {@code libcuda.so.1} built by g++ from {@code
 * src/test/cpp} and from our own kernels, which it runs on the CPU. It must be loaded before
 * anything touches JCuda, whose natives then find it in place of NVIDIA's.
 *
 * <p>With {@code -Dtern.cuda.emulator=false} nothing is loaded, and the tests meet the real driver.
 */
public final class Emulator {
  /** What can be set, in the order of the enum in {@code driver.cpp}. */
  public enum Setting {
    /** What {@code cuInit} answers, 0 for success. */
    INIT_RESULT(0),
    /** The driver's CUDA version, 12060 for 12.6. */
    DRIVER_VERSION(12060),
    /** How many GPUs there are. */
    DEVICES(4),
    /** Their compute capability, 80 for 8.0. */
    CAPABILITY(80),
    /** The memory of each, in bytes. */
    MEMORY(1L << 30),
    /** The order of the threads of a block: 0 forward, 1 reverse, else the seed of a shuffle. */
    ORDER(0),
    /** 1: work runs only when somebody waits for it; 0: at once. */
    LAZY(1),
    /** Counts kernel launches. */
    LAUNCHES(0),
    /** Counts device allocations not yet freed. */
    ALLOCATIONS(0),
    /** Counts modules not yet unloaded. */
    MODULES(0),
    /** Counts work given to streams and not yet run. */
    PENDING(0),
    /** Counts how often the host waited for a device. */
    WAITS(0);

    private final long usual;

    Setting(long usual) {
      this.usual = usual;
    }
  }

  private static final boolean REAL =
      !Boolean.parseBoolean(System.getProperty("tern.cuda.emulator", "true"));
  private static final Path ROOT = Path.of(System.getProperty("tern.root", ".")).toAbsolutePath();
  static final Path CPP = ROOT.resolve("cuda-backend/src/test/cpp");
  private static final List<Path> CUDA =
      List.of(
          ROOT.resolve("cuda-backend/src/main/cuda"), ROOT.resolve("cuda-backend/src/test/cuda"));
  private static final String PTX = "../resources/dev/tern/device/cuda"; // from the sources
  private static final Pattern ENTRY = Pattern.compile("\\.visible \\.entry (\\w+)\\(");
  private static boolean loaded;

  private Emulator() {}

  /**
   * Makes the emulated driver the one that JCuda finds, and sets everything as usual. Skips the
   * calling test, with the reason, where there is no g++.
   */
  public static synchronized void load() {
    if (!loaded && !REAL) {
      Assumptions.assumeTrue(
          System.getProperty("os.name").equals("Linux") && runs("g++", "--version"),
          "the emulated CUDA driver needs Linux and g++; its tests are skipped");
      System.load(build().toString());
      loaded = true;
    }
    if (!REAL) {
      usual();
    }
  }

  /** Whether the emulated driver is in place, not a real GPU. */
  public static boolean isLoaded() {
    return loaded;
  }

  /** Sets everything as it is at first. */
  public static void usual() {
    for (Setting setting : Setting.values()) {
      if (setting.compareTo(Setting.LAUNCHES) < 0) {
        set(setting, setting.usual);
      }
    }
  }

  /** Sets one thing; skips the calling test where the driver is real. */
  public static void set(Setting setting, long value) {
    Assumptions.assumeTrue(loaded, "a real driver is not to be told what to do");
    set(setting.ordinal(), value);
  }

  /** Reads one thing; skips the calling test where the driver is real. */
  public static long get(Setting setting) {
    Assumptions.assumeTrue(loaded, "a real driver does not tell");
    return get(setting.ordinal());
  }

  private static native void set(int setting, long value);

  private static native long get(int setting);

  /** Why the last kernel or module failed. */
  public static native String message();

  /**
   * Takes a device's memory and pending work away, and makes it usable again if its context was
   * lost, which a real driver never does.
   */
  static native void reset(int index);

  /** The emulated driver, built if it is not there yet. */
  static Path build() {
    try {
      List<Path> sources = new ArrayList<>(files(CPP, ".cpp", ".h"));
      List<Path> ptx = new ArrayList<>();
      for (Path cuda : CUDA) {
        sources.addAll(files(cuda, ".cu", ".cuh"));
        ptx.addAll(files(cuda.resolve(PTX), ".ptx"));
      }
      Path folder = ROOT.resolve("cuda-backend/target/emulator").resolve(hash(sources, ptx));
      Path library = folder.resolve("libcuda.so.1");
      if (Files.exists(library)) {
        return library;
      }
      Files.createDirectories(folder);
      List<Process> compilers = new ArrayList<>();
      List<String> link =
          new ArrayList<>(List.of("g++", "-shared", "-Wl,-soname,libcuda.so.1", "-Wl,-Bsymbolic"));
      Path unfinished = Files.createTempFile(folder, "libcuda", ".so");
      link.addAll(List.of("-o", unfinished.toString()));
      for (Path source : sources) {
        String name = source.getFileName().toString();
        Path object = folder.resolve(name + ProcessHandle.current().pid() + ".o");
        if (name.endsWith(".cpp")) {
          compilers.add(compile(source, object, List.of()));
          link.add(object.toString());
        } else if (name.endsWith(".cu")) {
          compilers.add(
              compile(
                  kernels(source, folder),
                  object,
                  List.of("-fsanitize=bounds", "-fsanitize-undefined-trap-on-error")));
          link.add(object.toString());
        }
      }
      for (Process compiler : compilers) {
        finish(compiler);
      }
      finish(start(link));
      Files.move(unfinished, library); // whole or not at all
      return library;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The C++ file that is a .cu file and the list of its kernels, as its PTX names them. */
  private static Path kernels(Path cu, Path folder) throws IOException {
    String name = cu.getFileName().toString().replace(".cu", "");
    StringBuilder text = new StringBuilder("#include \"%s\"%n".formatted(cu));
    text.append("__attribute__((constructor)) static void emu_register_all() {\n");
    Path ptx = cu.resolveSibling(PTX).resolve(name + ".ptx").normalize();
    if (!Files.exists(ptx)) {
      throw new IOException(cu + " has no PTX; run cuda-backend/build-ptx.sh");
    }
    Matcher entry = ENTRY.matcher(Files.readString(ptx));
    while (entry.find()) {
      text.append("  EMU_KERNEL(").append(entry.group(1)).append(")\n");
    }
    return Files.writeString(folder.resolve(name + "_kernels.cpp"), text.append("}\n"));
  }

  private static Process compile(Path source, Path object, List<String> more) throws IOException {
    String jni = System.getProperty("java.home") + "/include";
    List<String> command = new ArrayList<>(List.of("g++", "-std=c++17", "-O2", "-fPIC"));
    command.addAll(List.of("-fvisibility=hidden", "-fno-strict-aliasing", "-ffp-contract=off"));
    command.addAll(List.of("-march=native", "-I" + CPP, "-I" + jni, "-I" + jni + "/linux"));
    command.addAll(more);
    command.addAll(List.of("-c", source.toString(), "-o", object.toString()));
    return start(command);
  }

  static Process start(List<String> command) throws IOException {
    return new ProcessBuilder(command).redirectErrorStream(true).start();
  }

  static void finish(Process process) throws IOException {
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      if (process.waitFor() != 0) {
        throw new IOException("g++ refuses what the tests are to run on:\n" + output);
      }
    } catch (InterruptedException e) {
      throw new IOException("interrupted while g++ ran", e);
    }
  }

  private static boolean runs(String... command) {
    try {
      Process process = start(List.of(command));
      process.getInputStream().readAllBytes();
      return process.waitFor() == 0;
    } catch (IOException | InterruptedException e) {
      return false;
    }
  }

  static List<Path> files(Path folder, String... endings) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> Stream.of(endings).anyMatch(file.toString()::endsWith))
          .sorted()
          .toList();
    }
  }

  @SafeVarargs
  static String hash(List<Path>... files) throws IOException {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      for (List<Path> some : files) {
        for (Path file : some) {
          sha.update(Files.readAllBytes(file));
        }
      }
      return HexFormat.of().formatHex(sha.digest(), 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
