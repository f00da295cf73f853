package dev.tern.data;

import dev.tern.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * CIFAR-10 (Alex Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009) in its
 * published binary form: a record of 3,073 bytes an image, its label and then 3 x 32 x 32 bytes,
 * channels first.
 *
 * <p>An input is FLOAT32 {@code [3, 32, 32]}, red, green, blue, normalised by the training images'
 * mean and standard deviation; a target is an INT64 class {@code []}. The images stay bytes until
 * they are asked for.
 */
public final class Cifar10 implements Dataset {
  /** The classes' names, by label. */
  public static final List<String> NAMES =
      List.of(
          "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck");

  private static final int PIXELS = 32 * 32;
  private static final int RECORD = 1 + 3 * PIXELS;
  private static final int RECORDS_PER_FILE = 10_000;

  private static final float[] MEAN = {0.4915f, 0.4823f, 0.4468f};
  private static final float[] STD = {0.2470f, 0.2435f, 0.2616f};
  // What every byte becomes, by channel: the same float32 divisions as done pixel by pixel, and so
  // the same bits.
  private static final float[][] NORMALISED = new float[3][256];

  static {
    for (int c = 0; c < 3; c++) {
      for (int value = 0; value < 256; value++) {
        NORMALISED[c][value] = (value / 255f - MEAN[c]) / STD[c];
      }
    }
  }

  private final byte[] records;
  // Where each example's record starts, and the class its label stands for.
  private final int[] starts;
  private final int[] targets;
  private final List<String> classNames;

  private Cifar10(byte[] records, int[] starts, int[] targets, List<String> classNames) {
    this.records = records;
    this.starts = starts;
    this.targets = targets;
    this.classNames = classNames;
  }

  /**
   * The 50,000 training images: {@code data_batch_1.bin} to {@code data_batch_5.bin} of a folder.
   *
   * @throws IOException if a file is missing, truncated or damaged
   */
  public static Cifar10 train(Path folder) throws IOException {
    byte[] all = new byte[5 * RECORDS_PER_FILE * RECORD];
    for (int i = 0; i < 5; i++) {
      byte[] part = published(folder.resolve("data_batch_" + (i + 1) + ".bin"));
      System.arraycopy(part, 0, all, i * part.length, part.length);
    }
    return of(all);
  }

  /**
   * The 10,000 test images: {@code test_batch.bin} of a folder.
   *
   * @throws IOException if the file is missing, truncated or damaged
   */
  public static Cifar10 test(Path folder) throws IOException {
    return of(published(folder.resolve("test_batch.bin")));
  }

  private static byte[] published(Path file) throws IOException {
    long expected = (long) RECORDS_PER_FILE * RECORD;
    long size = Files.size(file);
    if (size != expected) {
      throw new IOException(
          "%s: %d bytes; expected %d (%d records of %d bytes)"
              .formatted(file, size, expected, RECORDS_PER_FILE, RECORD));
    }
    byte[] bytes = Files.readAllBytes(file);
    checkRecords(file.toString(), bytes);
    return bytes;
  }

  /**
   * The images of any file of such records.
   *
   * @throws IOException if the file is missing, truncated or damaged
   */
  public static Cifar10 read(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    checkRecords(file.toString(), bytes);
    return of(bytes);
  }

  /**
   * The images of records in memory.
   *
   * @param name what to call them in an error's message
   * @param records the records one after the other; not copied
   * @throws IOException if there is not a whole number of records, or a label is not 0 to 9
   */
  public static Cifar10 read(String name, byte[] records) throws IOException {
    checkRecords(name, records);
    return of(records);
  }

  private static void checkRecords(String name, byte[] bytes) throws IOException {
    if (bytes.length == 0 || bytes.length % RECORD != 0) {
      throw new IOException(
          "%s: %d bytes; expected a whole number of records of %d bytes"
              .formatted(name, bytes.length, RECORD));
    }
    for (int start = 0; start < bytes.length; start += RECORD) {
      int label = bytes[start] & 0xff;
      if (label >= NAMES.size()) {
        throw new IOException(
            "%s: label %d in record %d; expected 0 to 9".formatted(name, label, start / RECORD));
      }
    }
  }

  private static Cifar10 of(byte[] records) {
    int[] starts = new int[records.length / RECORD];
    int[] targets = new int[starts.length];
    for (int i = 0; i < starts.length; i++) {
      starts[i] = i * RECORD;
      targets[i] = records[starts[i]];
    }
    return new Cifar10(records, starts, targets, NAMES);
  }

  /**
   * The images of some classes alone, in their order; the first class given becomes target 0, the
   * next one 1, and so on. {@code classes(0, 2)} tells airplanes (0) from birds (1).
   *
   * @param kept targets of this dataset, all different
   * @throws IllegalArgumentException if one of them is not a target of this dataset, or is given
   *     twice
   */
  public Cifar10 classes(int... kept) {
    int[] relabeled = new int[classNames.size()];
    Arrays.fill(relabeled, -1);
    for (int i = 0; i < kept.length; i++) {
      if (kept[i] < 0 || kept[i] >= relabeled.length || relabeled[kept[i]] >= 0) {
        throw new IllegalArgumentException(
            "classes%s: %d; expected different numbers from 0 to %d"
                .formatted(Arrays.toString(kept), kept[i], relabeled.length - 1));
      }
      relabeled[kept[i]] = i;
    }
    int n = 0;
    int[] newStarts = new int[starts.length];
    int[] newTargets = new int[starts.length];
    for (int i = 0; i < starts.length; i++) {
      int target = relabeled[targets[i]];
      if (target >= 0) {
        newStarts[n] = starts[i];
        newTargets[n++] = target;
      }
    }
    return new Cifar10(
        records,
        Arrays.copyOf(newStarts, n),
        Arrays.copyOf(newTargets, n),
        Arrays.stream(kept).mapToObj(classNames::get).toList());
  }

  /** The names of the targets, from 0. */
  public List<String> classNames() {
    return classNames;
  }

  @Override
  public int size() {
    return starts.length;
  }

  /** The class of an image. */
  public int target(int index) {
    return targets[Objects.checkIndex(index, targets.length)];
  }

  /** The bytes of an image, {@code [3, 32, 32]} in row-major order, copied. */
  public byte[] pixels(int index) {
    int start = starts[Objects.checkIndex(index, starts.length)] + 1;
    return Arrays.copyOfRange(records, start, start + 3 * PIXELS);
  }

  @Override
  public Sample get(int index) {
    Batch one = batch(new int[] {index});
    return new Sample(one.inputs().select(0, 0), one.targets().select(0, 0));
  }

  @Override
  public Batch batch(int[] indices) {
    float[] inputs = new float[Math.multiplyExact(indices.length, 3 * PIXELS)];
    long[] labels = new long[indices.length];
    int at = 0;
    for (int i = 0; i < indices.length; i++) {
      int index = Objects.checkIndex(indices[i], starts.length);
      labels[i] = targets[index];
      int from = starts[index] + 1;
      for (float[] normalised : NORMALISED) {
        for (int pixel = 0; pixel < PIXELS; pixel++) {
          inputs[at++] = normalised[records[from++] & 0xff];
        }
      }
    }
    return new Batch(
        Tensor.from(inputs, indices.length, 3, 32, 32), Tensor.from(labels, indices.length));
  }
}
