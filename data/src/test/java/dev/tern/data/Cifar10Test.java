package dev.tern.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tern.shape.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Cifar10Test {
  private static final int RECORD = 3073;
  private static final int[] LABELS = {2, 0, 9, 2, 5, 0, 1};

  private static byte[] records() {
    byte[] records = new byte[LABELS.length * RECORD];
    new Random(3).nextBytes(records);
    for (int i = 0; i < LABELS.length; i++) {
      records[i * RECORD] = (byte) LABELS[i];
    }
    return records;
  }

  @Test
  void normalisesInSinglePrecisionChannelByChannel() throws IOException {
    byte[] records = records();
    Cifar10 dataset = Cifar10.read("memory", records);
    Batch batch = dataset.batch(new int[] {4, 1});
    assertArrayEquals(new int[] {2, 3, 32, 32}, batch.inputs().shape().toArray());
    assertEquals(DType.FLOAT32, batch.inputs().dtype());
    assertEquals(DType.INT64, batch.targets().dtype());
    assertArrayEquals(new long[] {5, 0}, batch.targets().toLongArray());
    float[] mean = {0.4915f, 0.4823f, 0.4468f};
    float[] std = {0.2470f, 0.2435f, 0.2616f};
    float[] expected = new float[2 * 3 * 1024];
    for (int i = 0; i < expected.length; i++) {
      int record = i < 3072 ? 4 : 1;
      int channel = i % 3072 / 1024;
      float value = records[record * RECORD + 1 + i % 3072] & 0xff;
      expected[i] = (value / 255f - mean[channel]) / std[channel];
    }
    assertArrayEquals(expected, batch.inputs().toFloatArray(), 0);

    Sample sample = dataset.get(1);
    assertArrayEquals(new int[] {3, 32, 32}, sample.input().shape().toArray());
    assertArrayEquals(Arrays.copyOfRange(expected, 3072, 6144), sample.input().toFloatArray(), 0);
    assertEquals(0, sample.target().rank());
    assertEquals(0, sample.target().itemLong());
    assertArrayEquals(Arrays.copyOfRange(records, RECORD + 1, 2 * RECORD), dataset.pixels(1));
  }

  @Test
  void classesAreFilteredAndRelabeledInTheOrderGiven() throws IOException {
    byte[] records = records();
    Cifar10 all = Cifar10.read("memory", records);
    assertEquals(7, all.size());
    Cifar10 two = all.classes(2, 0);
    assertEquals(List.of("bird", "airplane"), two.classNames());
    Batch batch = two.batch(new int[] {0, 1, 2, 3});
    assertArrayEquals(new long[] {0, 1, 0, 1}, batch.targets().toLongArray());
    assertEquals(4, two.size());
    assertEquals(1, two.target(3));
    assertArrayEquals(all.pixels(5), two.pixels(3));
    Cifar10 one = two.classes(1);
    assertEquals(List.of("airplane"), one.classNames());
    assertArrayEquals(all.pixels(1), one.pixels(0));
    assertEquals(0, one.target(0));
    assertThrows(IllegalArgumentException.class, () -> all.classes(0, 10));
    assertThrows(IllegalArgumentException.class, () -> all.classes(0, 0));
    assertThrows(IllegalArgumentException.class, () -> two.classes(2));
    assertThrows(IndexOutOfBoundsException.class, () -> two.get(4));
    assertThrows(IndexOutOfBoundsException.class, () -> two.batch(new int[] {-1}));
  }

  @Test
  void readsAFileOfRecords(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("some.bin");
    Files.write(file, records());
    Cifar10 dataset = Cifar10.read(file);
    for (int i = 0; i < LABELS.length; i++) {
      assertEquals(LABELS[i], dataset.target(i));
    }
  }

  @Test
  void readsThePublishedFolder(@TempDir Path folder) throws IOException {
    byte[] batch = new byte[10_000 * RECORD];
    for (int i = 1; i <= 5; i++) {
      batch[0] = (byte) i;
      batch[1] = (byte) (40 + i);
      Files.write(folder.resolve("data_batch_" + i + ".bin"), batch);
    }
    Cifar10 train = Cifar10.train(folder);
    assertEquals(50_000, train.size());
    for (int i = 1; i <= 5; i++) {
      assertEquals(i, train.target(10_000 * (i - 1)));
      assertEquals(40 + i, train.pixels(10_000 * (i - 1))[0]);
    }
    assertThrows(NoSuchFileException.class, () -> Cifar10.test(folder));
    Files.write(folder.resolve("test_batch.bin"), batch);
    assertEquals(10_000, Cifar10.test(folder).size());
  }

  @Test
  void whatIsTruncatedOrDamagedIsRefused(@TempDir Path folder) throws IOException {
    byte[] records = records();
    Path file = folder.resolve("test_batch.bin");
    Files.write(file, Arrays.copyOf(records, records.length - 1));
    assertMessage("21510 bytes; expected a whole number of records", () -> Cifar10.read(file));
    Files.write(file, new byte[0]);
    assertMessage("0 bytes; expected", () -> Cifar10.read(file));
    Files.write(file, records);
    assertMessage("21511 bytes; expected 30730000 (10000 records", () -> Cifar10.test(folder));
    records[3 * RECORD] = 10;
    Files.write(file, records);
    assertMessage("label 10 in record 3; expected 0 to 9", () -> Cifar10.read(file));
    records[3 * RECORD] = -1;
    assertMessage("memory: label 255 in record 3", () -> Cifar10.read("memory", records));
  }

  private static void assertMessage(String part, org.junit.jupiter.api.function.Executable call) {
    String message = assertThrows(IOException.class, call).getMessage();
    assertTrue(message.contains(part), message);
  }
}
