package dev.tern.benchmarks.compare;

import dev.tern.benchmarks.FmaPeak;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.LongStream;

/**
 * Where the numbers come from, the first line of the results.
 *
 * @param fmaPeak GFLOP/s of one core that does nothing but fused multiply-adds, as measured
 */
record Machine(String cpu, int cores, double memoryGiB, String os, double fmaPeak) {
  private static final int IDLE = 3;

  /** This one. Measures its peak, for two seconds. */
  static Machine here() throws IOException {
    String memory = field(Path.of("/proc/meminfo"), "MemTotal").replaceAll("[^0-9]", "");
    return new Machine(
        field(Path.of("/proc/cpuinfo"), "model name"),
        Runtime.getRuntime().availableProcessors(),
        Math.round(Long.parseLong(memory) / 1024.0 / 102.4) / 10.0,
        System.getProperty("os.name") + " " + System.getProperty("os.version"),
        Math.round(FmaPeak.gflops() * 10) / 10.0);
  }

  /** The share of all cores' time that other programs take, over two seconds of waiting. */
  static double busy() throws IOException, InterruptedException {
    long[] before = times();
    Thread.sleep(2000);
    long[] after = times();
    long total = LongStream.of(after).sum() - LongStream.of(before).sum();
    return 1 - (double) (after[IDLE] - before[IDLE]) / total;
  }

  private static long[] times() throws IOException {
    String[] words = field(Path.of("/proc/stat"), "cpu ").split(" +");
    return Arrays.stream(words).mapToLong(Long::parseLong).toArray();
  }

  @Override
  public String toString() {
    return "Measured on %d cores of %s, %s GiB, %s; FMA peak of a core %s GFLOP/s.%n"
        .formatted(cores, cpu, memoryGiB, os, fmaPeak);
  }

  private static String field(Path file, String name) throws IOException {
    for (String line : Files.readAllLines(file)) {
      if (line.startsWith(name)) {
        return line.substring(name.length()).replaceFirst("^\\s*:", "").strip();
      }
    }
    return "unknown";
  }
}
