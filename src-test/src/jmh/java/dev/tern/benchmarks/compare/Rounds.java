package dev.tern.benchmarks.compare;

import dev.tern.benchmarks.compare.Fork.Result;
import dev.tern.benchmarks.compare.Fork.Timing;
import dev.tern.benchmarks.compare.Peer.Settings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Runs groups of measurements on one JDK, the libraries in turn, and prints every sample. */
final class Rounds {
  private static final Group NOTHING = Group.of();

  private final Jvm jvm;
  private final List<Peer> peers;
  private final int repetitions;
  private final Timing timing;
  private final Path folder;
  private final String classPath;
  private final List<Sample> samples = new ArrayList<>();
  private int failures;

  /**
   * For some libraries.
   *
   * @param repetitions of each measurement and library
   * @param folder where the JVMs work
   */
  Rounds(Jvm jvm, List<Peer> peers, int repetitions, Timing timing, Path folder)
      throws IOException {
    this.jvm = jvm;
    this.peers = peers;
    this.repetitions = repetitions;
    this.timing = timing;
    this.folder = folder;
    classPath = ClassPath.packed(folder);
  }

  /** What was measured so far. */
  List<Sample> samples() {
    return samples;
  }

  /** How many groups of measurements failed. */
  int failures() {
    return failures;
  }

  /** Measures; what fails is reported and left out. */
  void run(List<Group> groups, List<Integer> threads) throws IOException, InterruptedException {
    for (Peer peer : peers) {
      // Unpacks native libraries, and shows at once whether it works at all.
      new Fork(jvm, peer, 1, timing, folder, classPath).run(NOTHING, peer.settings.get(0));
    }
    for (Group group : groups) {
      for (int n : threads) {
        try {
          run(group, n);
        } catch (IOException e) {
          failures++;
          System.err.println(e.getMessage());
        }
      }
    }
  }

  private void run(Group group, int threads) throws IOException, InterruptedException {
    List<Turn> turns = new ArrayList<>();
    for (Peer peer : peers) {
      turns.add(new Turn(peer, group, threads));
    }
    for (int repetition = 1; repetition <= repetitions; repetition++) {
      for (Turn turn : turns) {
        turn.take(repetition);
      }
      for (Turn turn : turns) {
        turn.checkSameWork(turns.get(0));
      }
      Collections.reverse(turns);
    }
  }

  /** One library's part in a group of measurements. */
  private final class Turn {
    private final Peer peer;
    private final Group group;
    private final Fork fork;
    private final int threads;
    private Settings settings;
    private List<Result> results = List.of();

    Turn(Peer peer, Group group, int threads) {
      this.peer = peer;
      this.group = group;
      this.threads = threads;
      fork = new Fork(jvm, peer, threads, timing, folder, classPath);
      settings = peer.settings.get(0);
    }

    void take(int repetition) throws IOException, InterruptedException {
      results = fork.run(group, settings);
      if (repetition == 1) {
        tryOtherSettings();
      }
      for (int i = 0; i < results.size(); i++) {
        Measurement measurement = group.measurements().get(i);
        Sample sample =
            new Sample(
                measurement.name(),
                peer.title,
                settings.name(),
                threads,
                jvm.version(),
                repetition,
                measurement.unit().of(results.get(i).value()),
                measurement.unit().toString());
        samples.add(sample);
        System.out.println(Results.line(sample));
      }
    }

    /** Stays with what makes the library look best over the group, by the geometric mean. */
    private void tryOtherSettings() throws IOException, InterruptedException {
      for (Settings other : peer.settings.subList(1, peer.settings.size())) {
        List<Result> others = fork.run(group, other);
        if (logarithms(others) < logarithms(results)) {
          results = others;
          settings = other;
        }
      }
    }

    private double logarithms(List<Result> results) {
      return results.stream().mapToDouble(r -> Math.log(r.value())).sum();
    }

    void checkSameWork(Turn other) throws IOException {
      for (int i = 0; i < results.size(); i++) {
        if (results.get(i).size() != other.results.get(i).size()) {
          throw new IOException(
              "%s: %s has a size of %d, %s of %d"
                  .formatted(
                      group.measurements().get(i).name(),
                      peer.title,
                      results.get(i).size(),
                      other.peer.title,
                      other.results.get(i).size()));
        }
      }
    }
  }
}
