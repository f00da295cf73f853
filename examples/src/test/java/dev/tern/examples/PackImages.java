package dev.tern.examples;

import dev.tern.examples.PackedImages.Plane;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.Deflater;

/**
 * Makes the bundled files from files of CIFAR records: {@code PackImages records.bin out.packed}.
 */
final class PackImages {
  private PackImages() {}

  public static void main(String[] args) throws IOException {
    if (args.length != 2) {
      throw new IllegalArgumentException("usage: PackImages RECORDS PACKED");
    }
    try (OutputStream out = Files.newOutputStream(Path.of(args[1]))) {
      pack(Files.readAllBytes(Path.of(args[0])), out);
    }
  }

  static void pack(byte[] records, OutputStream out) throws IOException {
    int images = records.length / PackedImages.RECORD;
    byte[] labels = new byte[images];
    ByteArrayOutputStream[] streams = new ByteArrayOutputStream[3 * PackedImages.CONTEXTS];
    Arrays.setAll(streams, s -> new ByteArrayOutputStream());
    Plane plane = new Plane();
    int[] missed = new int[PackedImages.PIXELS];
    for (int image = 0; image < images; image++) {
      int start = image * PackedImages.RECORD;
      labels[image] = records[start];
      Arrays.fill(missed, 0);
      for (int channel = 0; channel < 3; channel++) {
        packChannel(channel, records, start, plane, missed, streams);
      }
    }
    DataOutputStream data = new DataOutputStream(out);
    data.writeInt(images);
    stream(labels, data);
    for (ByteArrayOutputStream stream : streams) {
      stream(stream.toByteArray(), data);
    }
    data.flush();
  }

  private static void packChannel(
      int channel,
      byte[] records,
      int start,
      Plane plane,
      int[] missed,
      ByteArrayOutputStream[] streams) {
    int green = start + PackedImages.CHANNEL_STARTS[0];
    int from = start + PackedImages.CHANNEL_STARTS[channel];
    plane.start(channel == 0 ? 128 : 0);
    int pixel = 0;
    for (int y = 0; y < PackedImages.SIDE; y++) {
      int at = Plane.FIRST + y * Plane.STRIDE;
      plane.startRow(at);
      for (int x = 0; x < PackedImages.SIDE; x++, at++, pixel++) {
        int context = PackedImages.context(channel, plane.activity(at), missed[pixel]);
        int base = channel == 0 ? 0 : records[green + pixel] & 0xff;
        int value = (records[from + pixel] & 0xff) - base;
        byte difference = (byte) (value - plane.predict(at));
        streams[channel * PackedImages.CONTEXTS + context].write(difference);
        missed[pixel] += Math.abs(difference);
        plane.set(at, value);
      }
    }
  }

  /**
   * Huffman codes alone: differences hardly ever repeat as strings, and looking for them costs
   * codes.
   */
  private static void stream(byte[] bytes, DataOutputStream out) throws IOException {
    Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION, true);
    deflater.setStrategy(Deflater.HUFFMAN_ONLY);
    deflater.setInput(bytes);
    deflater.finish();
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    byte[] chunk = new byte[1 << 16];
    while (!deflater.finished()) {
      packed.write(chunk, 0, deflater.deflate(chunk));
    }
    deflater.end();
    out.writeInt(bytes.length);
    out.writeInt(packed.size());
    packed.writeTo(out);
  }
}
