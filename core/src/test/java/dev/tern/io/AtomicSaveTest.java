package dev.tern.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tern.Tensor;
import dev.tern.device.Backend;
import dev.tern.device.Storage;
import dev.tern.shape.DType;
import dev.tern.shape.Shape;
import dev.tern.shape.View;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Whatever goes wrong while a file is saved, the old one or the new one is there, whole. */
class AtomicSaveTest {
  private static final int KILLS = Integer.getInteger("tern.kills", 50);

  @TempDir Path folder;

  /** A storage whose device is lost after so many pieces were read from it. */
  private static final class LostStorage extends Storage {
    private final int pieces;

    LostStorage(int size, int pieces) {
      super(DType.FLOAT32, size);
      this.pieces = pieces;
    }

    @Override
    public Backend backend() {
      int[] left = {pieces};
      return (Backend)
          Proxy.newProxyInstance(
              Backend.class.getClassLoader(),
              new Class<?>[] {Backend.class},
              (proxy, method, arguments) -> {
                if (method.getName().equals("download") && left[0]-- > 0) {
                  return null;
                }
                throw new IllegalStateException("the device is lost");
              });
    }
  }

  @Test
  void aSaveThatFailsHalfwayLeavesTheOldFile() throws IOException {
    Path file = folder.resolve("model.pt");
    Checkpoint.save(Map.of("w", Tensor.of(1f, 2f)), file);
    byte[] old = Files.readAllBytes(file);
    Storage lost = new LostStorage(1_000_000, 3);
    Tensor tensor = Tensor.wrap(lost, View.dense(Shape.of(1_000_000)));
    for (Path target : List.of(file, folder.resolve("new.pt"))) {
      IllegalStateException e =
          assertThrows(
              IllegalStateException.class, () -> Checkpoint.save(Map.of("w", tensor), target));
      assertEquals("the device is lost", e.getMessage());
      assertThrows(
          IllegalStateException.class, () -> SafeTensors.write(Map.of("w", tensor), target));
    }
    assertArrayEquals(old, Files.readAllBytes(file));
    assertEquals(List.of(file), files());
  }

  @Test
  void aFolderIsNoTarget() throws IOException {
    Path inside = Files.createDirectory(folder.resolve("dir.pt"));
    Map<String, Tensor> values = Map.of("w", Tensor.of(1f));
    assertThrows(IOException.class, () -> Checkpoint.save(values, inside));
    IOException e =
        assertThrows(
            IOException.class, () -> Checkpoint.save(values, folder.resolve("none/model.pt")));
    assertTrue(e.getMessage().startsWith("there is no folder"), e.getMessage());
    assertEquals(List.of(inside), files());
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void aLinkStaysALink() throws IOException {
    Path file = folder.resolve("real.pt");
    Path link = folder.resolve("link.pt");
    Checkpoint.save(Map.of("w", Tensor.of(1f)), file);
    Files.createSymbolicLink(link, file.getFileName());
    Checkpoint.save(Map.of("w", Tensor.of(2f)), link);
    assertTrue(Files.isSymbolicLink(link));
    assertEquals(2.0, Checkpoint.load(file).get("w").toDoubleArray()[0]);
  }

  /** A JVM that saves over and over is killed at random moments, {@code -Dtern.kills} of them. */
  @Test
  void aKilledJvmLeavesTheOldOrTheNewFile() throws IOException, InterruptedException {
    Path file = folder.resolve("model.pt");
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (int kill = 0; kill < KILLS; kill++) {
      Process saver =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-Xmx256m",
                  "-cp",
                  System.getProperty("java.class.path"),
                  Saver.class.getName(),
                  file.toString())
              .redirectErrorStream(true)
              .redirectOutput(new File(folder.toFile(), "out.txt"))
              .start();
      try {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!Files.exists(file) && System.nanoTime() < deadline) {
          Thread.sleep(5);
        }
        Thread.sleep(20 + random.nextInt(200));
        assertTrue(saver.isAlive(), Files.readString(folder.resolve("out.txt")));
      } finally {
        saver.destroyForcibly().waitFor();
      }
      double[] values = Checkpoint.load(file).get("w").toDoubleArray();
      assertEquals(Saver.SIZE, values.length);
      for (double value : values) {
        assertEquals(values[0], value, "a file of two saves, seed " + seed);
      }
    }
  }

  /** Saves tensors of one number, another one each time, until it is killed. */
  static final class Saver {
    static final int SIZE = 300_000;

    private Saver() {}

    public static void main(String[] arguments) throws IOException {
      for (int round = 0; ; round++) {
        float[] values = new float[SIZE];
        Arrays.fill(values, round);
        Checkpoint.save(Map.of("w", Tensor.from(values, SIZE)), Path.of(arguments[0]));
      }
    }
  }

  private List<Path> files() throws IOException {
    try (var listed = Files.list(folder)) {
      return listed.sorted().toList();
    }
  }
}
