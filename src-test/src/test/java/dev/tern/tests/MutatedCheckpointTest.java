package dev.tern.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tern.Tensor;
import dev.tern.data.DataLoader;
import dev.tern.data.TensorDataset;
import dev.tern.device.Device;
import dev.tern.io.Checkpoint;
import dev.tern.nn.BatchNorm1d;
import dev.tern.nn.Linear;
import dev.tern.nn.Module;
import dev.tern.optim.Adam;
import dev.tern.optim.StepLR;
import dev.tern.shape.StateDictException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A damaged checkpoint changes a module, an optimizer and a schedule wholly or not at all: what can
 * be read of it is loaded, or refused and nothing has changed.
 */
@Tag("slow")
class MutatedCheckpointTest {
  private static final int FILES = Integer.getInteger("tern.fuzz", 102_000) / 20;
  private static final String DIGITS = "0123456789";

  @TempDir Path folder;

  /** A linear layer and a batch norm. */
  static final class Net extends Module {
    final Linear fc = new Linear(2, 3);
    final BatchNorm1d norm = new BatchNorm1d(3);

    @Override
    protected Tensor forward(Tensor x) {
      return x.pipe(fc, norm);
    }
  }

  private final Net net = new Net();
  private final Adam optimizer = new Adam(net.parameters(), Adam.lr(0.01).amsgrad(true));
  private final StepLR schedule = new StepLR(optimizer, 2);
  private final DataLoader loader =
      DataLoader.of(new TensorDataset(Tensor.arange(6), Tensor.arange(6))).shuffle(true);
  private int loaded;
  private int refused;

  /** Loads one part of a checkpoint. */
  private interface Part {
    void load(Object saved) throws IOException;
  }

  private Object state() {
    return Map.of(
        "model", net.stateDict().toString(),
        "optimizer", optimizer.stateDict().toString(),
        "schedule", schedule.stateDict().toString());
  }

  private void train() {
    optimizer.zeroGrad();
    net.apply(Tensor.randn(4, 2)).square().mul(Tensor.rand(4, 3)).sum().backward();
    optimizer.step();
    schedule.step();
  }

  private void tries(Part part, Object saved) throws IOException {
    Object before = state();
    try {
      part.load(saved);
      loaded++;
    } catch (StateDictException | IOException e) {
      refused++;
      assertEquals(before, state(), e.getMessage());
    }
  }

  @Test
  void nothingIsLoadedByHalf() throws IOException {
    train();
    Map<String, Object> checkpoint = new LinkedHashMap<>();
    checkpoint.put("model", net.stateDict());
    checkpoint.put("optimizer", optimizer.stateDict());
    checkpoint.put("schedule", schedule.stateDict());
    checkpoint.put("loader", loader.iterator().stateDict());
    Path file = folder.resolve("whole.pt");
    Checkpoint.save(checkpoint, file);
    byte[] whole = Files.readAllBytes(file);
    train();
    Random random = new Random(7);
    for (int i = 0; i < FILES; i++) {
      Map<?, ?> saved;
      try {
        Object object = Checkpoint.loadObject(mutated(whole, random), Device.CPU);
        saved = object instanceof Map<?, ?> map ? map : Map.of();
      } catch (IOException e) {
        continue;
      }
      tries(part -> net.loadStateDict(Checkpoint.asStateDict(part)), saved.get("model"));
      tries(part -> optimizer.loadStateDict(Checkpoint.asMap(part)), saved.get("optimizer"));
      tries(part -> schedule.loadStateDict(Checkpoint.asMap(part)), saved.get("schedule"));
      tries(part -> loader.resume(Checkpoint.asMap(part)), saved.get("loader"));
    }
    System.out.printf("mutated checkpoints: %d parts loaded, %d refused%n", loaded, refused);
    assertTrue(loaded > FILES / 20 && refused > FILES / 20, loaded + " and " + refused);
  }

  /** Changes in the pickle alone, whose checksum is taken off: those the readers do not refuse. */
  private static byte[] mutated(byte[] whole, Random random) {
    byte[] bytes = whole.clone();
    int directory = find(bytes, "PK\u0001\u0002", 0);
    Arrays.fill(bytes, directory + 16, directory + 20, (byte) 0);
    int start = find(bytes, "data.pkl", 0) + 64;
    int end = find(bytes, ".format_version", start) - 64;
    for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
      int at = start + random.nextInt(end - start);
      boolean isLetter = Character.isLetter(bytes[at]);
      bytes[at] =
          switch (random.nextInt(4)) {
            case 0 -> (byte) (bytes[at] + 1);
            case 1 -> (byte) random.nextInt();
            case 2 -> (byte) (isLetter ? bytes[at] ^ 0x20 : bytes[at] ^ 1);
            default -> (byte) DIGITS.charAt(random.nextInt(DIGITS.length()));
          };
    }
    return bytes;
  }

  private static int find(byte[] bytes, String text, int from) {
    return new String(bytes, StandardCharsets.ISO_8859_1).indexOf(text, from);
  }
}
