package dev.tern.benchmarks.compare;

import dev.tern.benchmarks.compare.Fork.Timing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Compares Tern with libtorch: every measurement in JVMs of its own, the two libraries in turn.
 * Prints a JSON line a measurement and a table of ratios, and writes both into {@code docs}.
 */
@Command(
    name = "mvn -q test-compile -Dpeer -Dargs=",
    sortOptions = false,
    description = "Compares Tern with libtorch on this machine.")
public final class Comparison implements Callable<Integer> {
  @Option(
      names = "--jdk",
      paramLabel = "HOME",
      description = "A JDK to measure on; may be given several times (default: the running one).")
  private List<Path> homes = List.of();

  @Option(
      names = "--threads",
      paramLabel = "N",
      split = ",",
      description = "Numbers of threads (default: 1,2).")
  private List<Integer> threads = List.of(1, 2);

  @Option(
      names = "--pairs",
      paramLabel = "N",
      description = "How often each is measured (default: ${DEFAULT-VALUE}).")
  private int pairs = 5;

  @Option(
      names = "--seconds",
      paramLabel = "X",
      description = "How long a steady measurement takes (default: ${DEFAULT-VALUE}).")
  private double seconds = 0.8;

  @Option(
      names = "--only",
      paramLabel = "REGEX",
      description = "Only measurements whose names have a match.")
  private Pattern only = Pattern.compile("");

  @Option(names = "--quick", description = "Two short pairs; nothing is written into docs.")
  private boolean quick;

  @Option(
      names = "--scaling",
      description = "Tern alone, over sizes and threads, for the figure in docs.")
  private boolean scaling;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Shows this text.")
  private boolean help;

  private final Path docs = Path.of(System.getProperty("tern.root", "."), "docs");

  private Comparison() {}

  /** Runs it; the exit status is 1 if a measurement failed. */
  public static void main(String[] args) {
    System.exit(new CommandLine(new Comparison()).execute(args));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    List<Jvm> jvms = new ArrayList<>();
    for (Path home : homes) {
      jvms.add(Jvm.at(home));
    }
    if (jvms.isEmpty()) {
      jvms.add(Jvm.running());
    }
    double busy = Machine.busy();
    if (busy > 0.1) {
      System.err.printf(
          "Other programs take %.0f %% of the cores: these are no numbers to keep.%n", 100 * busy);
    }
    Machine machine = Machine.here();
    System.out.println(Results.line(machine));

    int failures = 0;
    Path folder = Files.createTempDirectory("tern-comparison");
    try {
      for (Jvm jvm : jvms) {
        Rounds rounds = rounds(jvm, folder);
        rounds.run(groups(), threads);
        failures += rounds.failures();
        report(jvm, new Results(machine, rounds.samples()));
      }
    } finally {
      delete(folder);
    }
    return failures == 0 ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
  }

  private Rounds rounds(Jvm jvm, Path folder) throws IOException {
    List<Peer> peers = scaling ? List.of(Peer.TERN) : List.of(Peer.values());
    Timing timing =
        quick ? new Timing(0.3, 0.3) : scaling ? Scaling.TIMING : new Timing(1, seconds);
    int repetitions = quick ? 2 : scaling ? Math.min(pairs, Scaling.REPETITIONS) : pairs;
    return new Rounds(jvm, peers, repetitions, timing, folder);
  }

  private List<Group> groups() {
    return (scaling ? Scaling.groups() : Group.COMPARED)
        .stream().map(g -> g.only(only)).filter(g -> !g.measurements().isEmpty()).toList();
  }

  private void report(Jvm jvm, Results results) throws IOException {
    if (results.samples().isEmpty()) {
      return;
    }
    System.out.println();
    System.out.print(scaling ? Scaling.tables(results) : Ratios.table(results));
    if (quick) {
      return;
    }
    Path folder = docs.resolve("benchmarks");
    Page page = new Page(docs.resolve("benchmarks.md"));
    if (scaling) {
      Path file = folder.resolve("scaling.jsonl");
      results.mergeInto(file);
      Results all = Results.read(file);
      Files.writeString(folder.resolve("scaling.svg"), Scaling.figure(all));
      page.write("scaling", all.machine() + "\n" + Scaling.tables(all));
    } else {
      results.mergeInto(folder.resolve("jdk" + jvm.feature() + ".jsonl"));
      page.write("comparison", Ratios.page(Results.readAll(folder, "jdk")));
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
