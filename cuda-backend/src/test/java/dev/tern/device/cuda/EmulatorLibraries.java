package dev.tern.device.cuda;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/**
 * Stand-ins for cuBLAS and cuDNN on the emulated driver, built by g++ from {@code
 * src/test/cpp/libraries}. On a real GPU, the libraries that are installed.
 */
public final class EmulatorLibraries {
  private EmulatorLibraries() {}

  /**
   * What {@code tern.cuda.libraries} is to be: the folder of both. Skips the calling test, with the
   * reason, where the libraries cannot be reached.
   */
  public static String both() {
    return folder("cublas.so.12 cudnn.so.9");
  }

  /**
   * A folder of stand-ins.
   *
   * @param names such as {@code cublas.so.12}, separated by spaces
   * @param flags for g++, to make them wrong as {@code library.h} says
   */
  static String folder(String names, String... flags) {
    Assumptions.assumeTrue(
        Runtime.version().feature() >= 22,
        "cuBLAS and cuDNN are reached by Java 22 and up; their tests are skipped");
    Emulator.load();
    if (!Emulator.isLoaded()) {
      Assumptions.assumeTrue(flags.length == 0, "a real library does not fail on demand");
      return "true";
    }
    try {
      Path sources = Emulator.CPP.resolve("libraries");
      Path driver = Emulator.build();
      String key = Emulator.hash(Emulator.files(sources, ".cpp", ".h"));
      String variant = (names + String.join("", flags)).replaceAll("[^a-zA-Z0-9]", "");
      Path folder = driver.resolveSibling("libraries-" + key).resolve(variant);
      Files.createDirectories(folder);
      for (String name : names.split(" ")) {
        Path library = folder.resolve("lib" + name);
        if (!Files.exists(library)) {
          build(sources.resolve(name.split("\\.")[0] + ".cpp"), driver, library, flags);
        }
      }
      return folder.toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void build(Path source, Path driver, Path library, String... flags)
      throws IOException {
    Path unfinished = Files.createTempFile(library.getParent(), "lib", ".so");
    List<String> command = new ArrayList<>(List.of("g++", "-std=c++17", "-O2", "-fPIC", "-shared"));
    command.addAll(List.of("-fvisibility=hidden", "-ffp-contract=off", "-Wall", "-Werror"));
    command.addAll(List.of(flags));
    command.addAll(List.of(source.toString(), driver.toString(), "-o", unfinished.toString()));
    Emulator.finish(Emulator.start(command));
    Files.move(unfinished, library); // whole or not at all
  }
}
