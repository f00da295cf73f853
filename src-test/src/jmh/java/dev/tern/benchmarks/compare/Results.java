package dev.tern.benchmarks.compare;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A file of results: a JSON line for the machine, then one a sample.
 *
 * @param machine where all the samples were taken
 */
record Results(Machine machine, List<Sample> samples) {
  private static final JsonMapper JSON = new JsonMapper();

  /** A value as one line of JSON. */
  static String line(Object value) throws JsonProcessingException {
    return JSON.writeValueAsString(value);
  }

  /** What a file holds. */
  static Results read(Path file) throws IOException {
    List<String> lines = Files.readAllLines(file);
    List<Sample> samples = new ArrayList<>();
    for (String line : lines.subList(1, lines.size())) {
      samples.add(JSON.readValue(line, Sample.class));
    }
    return new Results(JSON.readValue(lines.get(0), Machine.class), samples);
  }

  /** What the files of a folder hold whose names begin so, in the order of their names. */
  static List<Results> readAll(Path folder, String prefix) throws IOException {
    List<Path> files = new ArrayList<>();
    try (Stream<Path> all = Files.list(folder)) {
      all.filter(f -> f.getFileName().toString().matches(prefix + ".*\\.jsonl"))
          .sorted(Comparator.comparing(Path::toString))
          .forEach(files::add);
    }
    List<Results> results = new ArrayList<>();
    for (Path file : files) {
      results.add(read(file));
    }
    return results;
  }

  /**
   * Writes this to a file. Of samples there, taken on a machine of the same CPU, those stay that
   * are not measured anew.
   */
  void mergeInto(Path file) throws IOException {
    List<Sample> all = new ArrayList<>();
    if (Files.exists(file)) {
      Results before = read(file);
      if (before.machine.cpu().equals(machine.cpu()) && before.machine.cores() == machine.cores()) {
        before.samples.stream().filter(s -> !measuresAnew(s)).forEach(all::add);
      }
    }
    all.addAll(samples);
    List<String> lines = new ArrayList<>();
    lines.add(line(machine));
    for (Sample sample : all) {
      lines.add(line(sample));
    }
    Files.createDirectories(file.toAbsolutePath().getParent());
    Files.write(file, lines);
  }

  private boolean measuresAnew(Sample old) {
    return samples.stream()
        .anyMatch(s -> s.name().equals(old.name()) && s.threads() == old.threads());
  }

  /** The values of a measurement in the order of the repetitions; empty if there are none. */
  double[] values(Peer peer, String name, int threads) {
    return samples.stream()
        .filter(s -> s.library().equals(peer.title))
        .filter(s -> s.name().equals(name) && s.threads() == threads)
        .sorted(Comparator.comparingInt(Sample::repetition))
        .mapToDouble(Sample::value)
        .toArray();
  }

  /** The numbers of threads that were measured, ascending. */
  int[] threads() {
    return samples.stream().mapToInt(Sample::threads).distinct().sorted().toArray();
  }
}
