package dev.tern.benchmarks.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;

/**
 * A JDK that measures.
 *
 * @param version such as 17.0.19
 */
record Jvm(Path home, String version) {
  /**
   * The JDK in a folder.
   *
   * @throws IOException if there is none
   */
  static Jvm at(Path home) throws IOException {
    Properties release = new Properties();
    try (var in = Files.newBufferedReader(home.resolve("release"))) {
      release.load(in);
    }
    String version = release.getProperty("JAVA_VERSION", "").replace("\"", "");
    if (version.isEmpty() || !Files.isExecutable(home.resolve("bin/java"))) {
      throw new IOException(home + " is no JDK: it wants a bin/java and a release file");
    }
    return new Jvm(home, version);
  }

  /** The one that runs this. */
  static Jvm running() throws IOException {
    return at(Path.of(System.getProperty("java.home")));
  }

  int feature() {
    return Runtime.Version.parse(version).feature();
  }

  String java() {
    return home.resolve("bin/java").toString();
  }

  /** The option that makes a JVM write an archive of its classes when it ends. */
  String writeArchive(Path file) {
    return (hasAotCache() ? "-XX:AOTCacheOutput=" : "-XX:ArchiveClassesAtExit=") + file;
  }

  /** The option that makes a JVM start from an archive of its classes. */
  String readArchive(Path file) {
    return (hasAotCache() ? "-XX:AOTCache=" : "-XX:SharedArchiveFile=") + file;
  }

  /** What keeps it from warning of native code and of Unsafe, which JavaCPP uses. */
  List<String> allowNativeCode() {
    return feature() < 24
        ? List.of()
        : List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow");
  }

  private boolean hasAotCache() {
    return feature() >= 25;
  }
}
