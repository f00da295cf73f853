package dev.tern.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tern.StateDict;
import dev.tern.device.Device;
import dev.tern.io.Checkpoint;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example from its command line to its last line, on a few batches. */
class BirdsVsAirplanesTest {
  private static final String FILE = "birds_vs_airplanes.pt";

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream errors = new ByteArrayOutputStream();

  private int run(String... args) {
    return BirdsVsAirplanes.run(
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(errors, true, StandardCharsets.UTF_8),
        args);
  }

  @Test
  void trainsSavesLoadsAndCompares(@TempDir Path folder) throws IOException {
    Path into = folder.resolve("made/here");
    String args = "--device cpu --epochs 1 --batches 3 --batch-size 50 --out " + into;
    assertEquals(0, run(args.split(" ")));
    List<String> lines = out.toString(StandardCharsets.UTF_8).lines().toList();
    assertEquals("Net(", lines.get(0));
    assertTrue(lines.stream().anyMatch(line -> line.startsWith("18,090 parameters")));
    assertTrue(lines.stream().anyMatch(line -> line.contains("Epoch 1, Training loss: 0.6")));
    int last = lines.size() - 1;
    assertEquals("<All keys matched successfully>", lines.get(last - 2));
    assertTrue(lines.get(last - 1).matches("Accuracy train : 0\\.\\d\\d"), lines.get(last - 1));
    assertTrue(lines.get(last).matches("Accuracy val : 0\\.\\d\\d"), lines.get(last));

    StateDict saved = Checkpoint.load(into.resolve(FILE), Device.CPU);
    assertEquals(8, saved.size());
    assertEquals(16, saved.get("conv1.weight").size(0));
  }

  @Test
  void optionsThatDoNotFitAreRefusedBeforeAnythingIsMade(@TempDir Path folder) {
    Path untouched = folder.resolve("untouched");
    for (String[] wrong :
        new String[][] {
          {"--net", "LeNet"},
          {"--epochs", "0"},
          {"--batch-size", "-1"},
          {"--lr", "-1"},
          {"--lr", "much"},
          {"--seeds", "1"}
        }) {
      assertEquals(2, run(wrong[0], wrong[1], "--out", untouched.toString()), wrong[0]);
      assertTrue(errors.toString(StandardCharsets.UTF_8).contains(wrong[1]), errors::toString);
      errors.reset();
    }
    assertEquals(0, out.size());
    assertFalse(Files.exists(untouched));
  }

  @Test
  void everyNetworkHasAName() {
    for (String name : Networks.names()) {
      assertFalse(Networks.make(name).parameters().isEmpty(), name);
    }
    assertEquals("Net", Networks.names().get(0));
  }
}
