package dev.tern.benchmarks.compare;

import dev.tern.benchmarks.compare.Peer.Settings;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Starts a JVM that measures and reads what it tells. */
final class Fork {
  /** A number as {@link Measure} tells it, and the workload's size. */
  record Result(double value, long size) {}

  /**
   * How long steady measurements take.
   *
   * @param warmup how much of the library's {@linkplain Peer#warmup usual warm-up}
   * @param seconds from then on
   */
  record Timing(double warmup, double seconds) {}

  // Nothing of the caller's may make a JVM or a native library behave otherwise.
  private static final List<String> UNSET =
      List.of(
          "JAVA_TOOL_OPTIONS",
          "JDK_JAVA_OPTIONS",
          "OPENBLAS_CORETYPE",
          "OPENBLAS_L2_SIZE",
          "OMP_NUM_THREADS",
          "MKL_NUM_THREADS");

  private final Jvm jvm;
  private final Peer peer;
  private final int threads;
  private final Timing timing;
  private final Path folder;
  private final String classPath;

  /**
   * For one library.
   *
   * @param folder where the JVM works and leaves its output
   * @param classPath jars only
   */
  Fork(Jvm jvm, Peer peer, int threads, Timing timing, Path folder, String classPath) {
    this.jvm = jvm;
    this.peer = peer;
    this.threads = threads;
    this.timing = timing;
    this.folder = folder;
    this.classPath = classPath;
  }

  /**
   * Measures a group in a JVM of its own.
   *
   * @throws IOException if the JVM fails as often as is tolerated, or takes too long; its message
   *     has the end of what the JVM wrote
   */
  List<Result> run(Group group, Settings settings) throws IOException, InterruptedException {
    List<String> options = new ArrayList<>(group.options());
    if (group.archived()) {
      Path archive = folder.resolve("%s-%s.jsa".formatted(jvm.version(), peer.title));
      if (!Files.exists(archive)) {
        start(group, List.of(jvm.writeArchive(archive)), settings);
      }
      options.add(jvm.readArchive(archive));
    }
    return start(group, options, settings);
  }

  private List<Result> start(Group group, List<String> options, Settings settings)
      throws IOException, InterruptedException {
    for (int attempt = 1; ; attempt++) {
      try {
        return startOnce(group, options, settings);
      } catch (IOException e) {
        if (attempt == peer.attempts) {
          throw e;
        }
      }
    }
  }

  private List<Result> startOnce(Group group, List<String> options, Settings settings)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(jvm.java());
    command.addAll(
        List.of("--add-modules", "jdk.incubator.vector", "-XX:+UseParallelGC", "-Xmx2g"));
    command.addAll(jvm.allowNativeCode());
    command.addAll(options);
    command.addAll(List.of("-cp", classPath));
    command.addAll(List.of(Measure.class.getName(), peer.className, "" + threads));
    command.addAll(
        List.of("" + Measure.now(), "" + timing.warmup() * peer.warmup, "" + timing.seconds()));
    for (Measurement measurement : group.measurements()) {
      command.addAll(List.of(measurement.meter().name(), measurement.words()));
    }
    File out = folder.resolve("out").toFile();
    File err = folder.resolve("err").toFile();
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectOutput(out)
            .redirectError(err);
    UNSET.forEach(builder.environment()::remove);
    builder.environment().putAll(settings.environment());
    Process process = builder.start();
    long limit = 60 + 20L * group.measurements().size();
    boolean ended = process.waitFor(limit, TimeUnit.SECONDS);
    process.destroyForcibly().waitFor();

    List<Result> results = new ArrayList<>();
    for (String line : Files.readAllLines(out.toPath())) {
      String[] word = line.split(" ");
      if (word[0].equals(Measure.RESULT)) {
        results.add(new Result(Double.parseDouble(word[1]), Long.parseLong(word[2])));
      }
    }
    if (!ended || process.exitValue() != 0 || results.size() < group.measurements().size()) {
      throw new IOException(
          "%s %s: %s%n%s%s"
              .formatted(
                  peer.title,
                  group.measurements().stream().map(Measurement::name).toList(),
                  ended ? "exit status " + process.exitValue() : "ended after " + limit + " s",
                  end(out),
                  end(err)));
    }
    return results;
  }

  private static String end(File file) throws IOException {
    List<String> lines = Files.readAllLines(file.toPath());
    int from = Math.max(0, lines.size() - 30);
    return String.join("\n", lines.subList(from, lines.size())) + "\n";
  }
}
