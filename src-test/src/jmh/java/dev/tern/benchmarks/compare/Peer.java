package dev.tern.benchmarks.compare;

import java.util.List;
import java.util.Map;

/** The libraries as the JVMs that measure them see them. */
enum Peer {
  TERN(
      "Tern",
      "dev.tern.benchmarks.compare.TernLibrary",
      4.5,
      1,
      List.of(new Settings("", Map.of()))),
  LIBTORCH(
      "libtorch",
      "dev.tern.benchmarks.compare.LibtorchLibrary",
      0.5,
      // JavaCPP sometimes crashes while it unpacks its native libraries.
      3,
      List.of(
          new Settings("default malloc", Map.of("OPENBLAS_NUM_THREADS", "1")),
          new Settings(
              "large-block malloc",
              Map.of(
                  "OPENBLAS_NUM_THREADS", "1",
                  "MALLOC_MMAP_THRESHOLD_", "4294967296",
                  "MALLOC_TRIM_THRESHOLD_", "17179869184",
                  "MALLOC_TOP_PAD_", "67108864"))));

  /** Environment variables under a name. */
  record Settings(String name, Map<String, String> environment) {}

  /** What results call it. */
  final String title;

  /** The {@link Library}'s class. */
  final String className;

  /** Seconds until it runs at full speed. */
  final double warmup;

  /** How often a JVM is started before a crash counts. */
  final int attempts;

  /** Which of these suits it best is measured. */
  final List<Settings> settings;

  Peer(String title, String className, double warmup, int attempts, List<Settings> settings) {
    this.title = title;
    this.className = className;
    this.warmup = warmup;
    this.attempts = attempts;
    this.settings = settings;
  }
}
