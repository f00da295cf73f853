package dev.tern.benchmarks.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tern.benchmarks.compare.Fork.Timing;
import dev.tern.benchmarks.compare.Peer.Settings;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The comparison itself, without libtorch and without timing anything. */
class ComparisonTest {
  private static final Machine MACHINE = new Machine("a CPU", 2, 8, "an OS", 100);
  private static final String TANH = "tanh 1M";

  private static Sample sample(Peer peer, String name, int repetition, double value) {
    return new Sample(name, peer.title, "", 1, "17.0.1", repetition, value, "ms");
  }

  private static Results pairs(double... ternThenLibtorch) {
    List<Sample> samples = new ArrayList<>();
    for (int i = 0; i < ternThenLibtorch.length; i += 2) {
      samples.add(sample(Peer.TERN, TANH, i / 2 + 1, ternThenLibtorch[i]));
      samples.add(sample(Peer.LIBTORCH, TANH, i / 2 + 1, ternThenLibtorch[i + 1]));
    }
    return new Results(MACHINE, samples);
  }

  @Test
  void theTableHasTheMedianOfThePairsRatiosAndTheirSpread() {
    String table = Ratios.table(pairs(2, 10, 3, 10, 30, 60));
    assertTrue(
        table.endsWith(
            "| tanh 1M | 1 | 3.00 ms | 10.0 ms | 0.30 | 0.20 to 0.50 | ≤ 0.33 | yes |\n"),
        table);
  }

  @Test
  void aGoalThatIsNotReachedIsSaid() {
    String table = Ratios.table(pairs(5, 10));
    assertTrue(table.endsWith("| 0.50 | 0.50 to 0.50 | ≤ 0.33 | no |\n"), table);
  }

  @Test
  void moreImagesASecondAreBetter() {
    Measurement inference = named("inference Net");
    assertTrue(inference.reachedBy(300, 3.1));
    assertTrue(!inference.reachedBy(300, 2.9));
  }

  @Test
  void everyMeasurementHasANameOfItsOwn() {
    List<String> names = all().map(Measurement::name).toList();
    assertEquals(names.stream().distinct().toList(), names);
  }

  @Test
  void everyTrainingOfTheComparisonHasAWorkload() {
    Library tern = new TernLibrary(1);
    for (Measurement measurement : all().toList()) {
      if (measurement.words().startsWith("training")) {
        assertTrue(tern.workload(measurement.words()).size() > 10_000, measurement.name());
      }
    }
  }

  @Test
  void resultsMeasuredAnewReplaceTheOldAndTheOthersStay(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("results.jsonl");
    new Results(MACHINE, List.of(sample(Peer.TERN, "a", 1, 1), sample(Peer.TERN, "b", 1, 2)))
        .mergeInto(file);
    new Results(MACHINE, List.of(sample(Peer.TERN, "b", 1, 3))).mergeInto(file);
    Results merged = Results.read(file);
    assertEquals(MACHINE, merged.machine());
    assertEquals(1, merged.values(Peer.TERN, "a", 1)[0]);
    assertEquals(3, merged.values(Peer.TERN, "b", 1)[0]);
    assertEquals(2, merged.samples().size());
  }

  @Test
  void resultsOfAnotherMachineDoNotMix(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("results.jsonl");
    new Results(MACHINE, List.of(sample(Peer.TERN, "a", 1, 1))).mergeInto(file);
    Machine other = new Machine("another CPU", 2, 8, "an OS", 100);
    new Results(other, List.of(sample(Peer.TERN, "b", 1, 2))).mergeInto(file);
    assertEquals(List.of(sample(Peer.TERN, "b", 1, 2)), Results.read(file).samples());
  }

  @Test
  void aPageKeepsWhatIsAroundTheWrittenPart(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("page.md");
    Files.writeString(
        file,
        "before\n<!-- part: written by the benchmark -->\nold\n<!-- end of part -->\nafter\n");
    new Page(file).write("part", "new\n");
    assertEquals(
        "before\n<!-- part: written by the benchmark -->\n\nnew\n\n<!-- end of part -->\nafter\n",
        Files.readString(file));
    assertThrows(IOException.class, () -> new Page(file).write("other part", ""));
  }

  @Test
  void theFigureIsXmlAndNamesItsAxes() throws Exception {
    List<Sample> samples = new ArrayList<>();
    for (Group group : Scaling.groups()) {
      for (Measurement measurement : group.measurements()) {
        samples.add(sample(Peer.TERN, measurement.name(), 1, 0.5));
      }
    }
    String svg = Scaling.figure(new Results(MACHINE, samples));
    DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
    assertTrue(svg.contains(">images in a batch<") && svg.contains(">milliseconds<"));
  }

  @Test
  void aFailedJvmSaysWhy(@TempDir Path folder) throws IOException {
    Group broken = Group.COMPARED.get(0).only(Pattern.compile("training"));
    Fork fork = new Fork(Jvm.running(), Peer.TERN, 0, new Timing(0, 0), folder, "nothing.jar");
    IOException e =
        assertThrows(IOException.class, () -> fork.run(broken, new Settings("", Map.of())));
    assertTrue(e.getMessage().contains("ClassNotFoundException"), e.getMessage());
  }

  private static Measurement named(String name) {
    return all().filter(m -> m.name().equals(name)).findFirst().orElseThrow();
  }

  private static Stream<Measurement> all() {
    return Group.COMPARED.stream().flatMap(group -> group.measurements().stream());
  }
}
