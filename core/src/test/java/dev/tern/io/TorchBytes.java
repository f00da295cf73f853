package dev.tern.io;

import dev.tern.Tensor;
import dev.tern.shape.Shape;
import dev.tern.shape.View;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Files of PyTorch's formats, put together by hand: pickles opcode by opcode, ZIPs entry by entry.
 */
final class TorchBytes {
  private TorchBytes() {}

  /**
   * A pickle from a notation of its own: words divided by blanks, each a piece of it. {@code
   * X:text} is a string, {@code c:module:name} a global, {@code i:number} a BININT, {@code 0x81} a
   * byte, and any other word its characters. PROTO 2 stands in front and STOP at the end.
   */
  static byte[] pickle(String notation) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(new byte[] {(byte) 0x80, 2});
    for (String word : notation.strip().split(" +")) {
      out.writeBytes(piece(word));
    }
    out.write('.');
    return out.toByteArray();
  }

  private static byte[] piece(String word) {
    if (word.startsWith("X:")) {
      byte[] text = word.substring(2).getBytes(StandardCharsets.UTF_8);
      return little(5 + text.length).put((byte) 'X').putInt(text.length).put(text).array();
    }
    if (word.startsWith("c:")) {
      String[] names = word.split(":");
      return ("c" + names[1] + "\n" + names[2] + "\n").getBytes(StandardCharsets.US_ASCII);
    }
    if (word.startsWith("i:")) {
      long value = Long.parseLong(word.substring(2));
      return value == (int) value
          ? little(5).put((byte) 'J').putInt((int) value).array()
          : little(10).put((byte) 0x8a).put((byte) 8).putLong(value).array();
    }
    if (word.startsWith("0x")) {
      return new byte[] {(byte) Integer.parseInt(word.substring(2), 16)};
    }
    return word.getBytes(StandardCharsets.US_ASCII);
  }

  private static ByteBuffer little(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** The notation of a FLOAT32 tensor over storage 0. */
  static String tensor(long numel, long offset, String sizes, String strides) {
    return "c:torch._utils:_rebuild_tensor_v2 ( ( X:storage c:torch:FloatStorage X:0 X:cpu i:%d t Q i:%d ( %s t ( %s t 0x89 c:collections:OrderedDict ) R t R"
        .formatted(numel, offset, numbers(sizes), numbers(strides));
  }

  private static String numbers(String numbers) {
    return numbers.isEmpty() ? "" : "i:" + String.join(" i:", numbers.split(","));
  }

  /** A file whose dict holds one value under the key x, with a storage 0 of this many bytes. */
  static byte[] fileWith(String value, int storageBytes) {
    return file(pickle("} X:x " + value + " s"), storageBytes);
  }

  /** A file with this pickle, and a storage 0 of this many bytes. */
  static byte[] file(byte[] pickle, int storageBytes) {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    entries.put("data.pkl", pickle);
    entries.put("data/0", new byte[storageBytes]);
    entries.put("version", "3\n".getBytes(StandardCharsets.US_ASCII));
    return zip(entries);
  }

  /** A ZIP as PyTorch lays it out, of these entries. */
  static byte[] zip(Map<String, byte[]> entries) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      FileSink sink = new FileSink(Channels.newChannel(out));
      TorchZip zip = new TorchZip(sink, "archive/");
      for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
        zip.entry(entry.getKey(), entry.getValue());
      }
      zip.finish();
      sink.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  /** A file in the format before PyTorch 1.6. */
  static byte[] legacy(Map<String, ?> values) throws IOException {
    PickleWriter pickler = new PickleWriter();
    byte[] root = pickler.write(values);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(new byte[] {(byte) 0x80, 2, (byte) 0x8a, 10});
    out.writeBytes(new byte[] {0x6c, (byte) 0xfc, (byte) 0x9c, 0x46, (byte) 0xf9, 0x20, 0x6a});
    out.writeBytes(new byte[] {(byte) 0xa8, 0x50, 0x19, '.'});
    out.writeBytes(pickle("M 0xe9 0x03"));
    out.writeBytes(pickle("} X:little_endian 0x88 s"));
    out.writeBytes(root);
    List<Object> keys = new ArrayList<>();
    for (int i = 0; i < pickler.storages().size(); i++) {
      keys.add(String.valueOf(i));
    }
    out.writeBytes(new PickleWriter().write(keys));
    for (var storage : pickler.storages()) {
      out.writeBytes(little(8).putLong(storage.size()).array());
      Tensor all = Tensor.wrap(storage, View.dense(Shape.of(storage.size())));
      Elements.save(
          all.data(), bytes -> out.write(bytes.array(), bytes.position(), bytes.remaining()));
    }
    return out.toByteArray();
  }

  /** The bytes with another number of 4 at a place, little-endian. */
  static byte[] patch(byte[] bytes, int at, long value) {
    byte[] patched = bytes.clone();
    ByteBuffer.wrap(patched).order(ByteOrder.LITTLE_ENDIAN).putInt(at, (int) value);
    return patched;
  }

  /** The first place of a text in bytes, from a place on. */
  static int find(byte[] bytes, String text, int from) {
    byte[] wanted = text.getBytes(StandardCharsets.ISO_8859_1);
    for (int at = from; at <= bytes.length - wanted.length; at++) {
      if (Arrays.equals(bytes, at, at + wanted.length, wanted, 0, wanted.length)) {
        return at;
      }
    }
    throw new AssertionError("no '" + text + "'");
  }

  /** The place of an entry's header in the directory. */
  static int directory(byte[] zip, String entry) {
    int at = find(zip, "PK\u0001\u0002", 0);
    return find(zip, "archive/" + entry, at) - 46;
  }
}
