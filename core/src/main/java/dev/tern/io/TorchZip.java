package dev.tern.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;

/**
 * Writes a ZIP byte for byte as PyTorch does: entries STORED, their payload at multiples of 64 by
 * an extra field {@code FB} padded with Z, sizes and checksum in a descriptor behind it, a 64-bit
 * end always.
 */
final class TorchZip {
  private static final int ALIGNMENT = 64;
  private static final int LOCAL_SIZE = 30;
  private static final int UTF8 = 0x0800;
  private static final int DESCRIPTOR = 0x0008;
  private static final int ZIP64_VERSION = 45;
  private static final long MOST_32 = 0xffff_ffffL;

  private final FileSink sink;
  private final String prefix;
  private final List<Entry> entries = new ArrayList<>();

  private record Entry(byte[] name, long header, long size, long crc) {
    boolean isLarge() {
      return size >= MOST_32;
    }

    boolean isFar() {
      return header >= MOST_32;
    }

    int flags() {
      return size == 0 ? UTF8 : UTF8 | DESCRIPTOR;
    }
  }

  /** Writes the bytes of an entry. */
  interface Payload {
    /** Writes as many bytes as were announced. */
    void write(Elements.Sink out) throws IOException;
  }

  /**
   * Begins a ZIP.
   *
   * @param prefix what every entry's name begins with: the top folder with its slash, or nothing
   */
  TorchZip(FileSink sink, String prefix) {
    this.sink = sink;
    this.prefix = prefix;
  }

  /** Writes an entry of ASCII. */
  void entry(String name, String text) throws IOException {
    entry(name, text.getBytes(StandardCharsets.US_ASCII));
  }

  /** Writes an entry of these bytes. */
  void entry(String name, byte[] bytes) throws IOException {
    entry(name, bytes.length, out -> out.accept(ByteBuffer.wrap(bytes)));
  }

  /** Writes an entry of a size known beforehand. */
  void entry(String name, long size, Payload payload) throws IOException {
    byte[] path = (prefix + name).getBytes(StandardCharsets.UTF_8);
    long header = sink.position();
    writeHeader(new Entry(path, header, size, 0));
    long start = sink.position();
    CRC32 crc = new CRC32();
    payload.write(
        bytes -> {
          crc.update(bytes.duplicate());
          sink.bytes(bytes);
        });
    if (sink.position() - start != size) {
      throw new IOException(
          "entry %s: %d bytes written, %d announced"
              .formatted(name, sink.position() - start, size));
    }
    Entry entry = new Entry(path, header, size, crc.getValue());
    if (size > 0) {
      sink.u32(0x08074b50).u32(entry.crc);
      if (entry.isLarge()) {
        sink.u64(size).u64(size);
      } else {
        sink.u32(size).u32(size);
      }
    }
    entries.add(entry);
  }

  private void writeHeader(Entry entry) throws IOException {
    int large = entry.isLarge() ? 20 : 0;
    long before = sink.position() + LOCAL_SIZE + entry.name.length + large + 4;
    int padding = (int) Math.floorMod(-before, (long) ALIGNMENT);
    sink.u32(0x04034b50).u16(entry.isLarge() ? ZIP64_VERSION : 0).u16(entry.flags()).u16(0);
    sink.u32(0).u32(0); // time, checksum
    sink.u32(entry.isLarge() ? MOST_32 : 0).u32(entry.isLarge() ? MOST_32 : 0);
    sink.u16(entry.name.length).u16(large + 4 + padding).bytes(entry.name);
    if (entry.isLarge()) {
      sink.u16(1).u16(16).u64(entry.size).u64(entry.size);
    }
    sink.u16('F' | 'B' << 8).u16(padding).repeat('Z', padding);
  }

  /** Writes the directory and the ends. */
  void finish() throws IOException {
    long start = sink.position();
    for (Entry entry : entries) {
      boolean large = entry.isLarge();
      int fields = (large ? 16 : 0) + (entry.isFar() ? 8 : 0);
      sink.u32(0x02014b50).u16(0).u16(fields > 0 ? ZIP64_VERSION : 0).u16(entry.flags()).u16(0);
      sink.u32(0).u32(entry.crc);
      sink.u32(large ? MOST_32 : entry.size).u32(large ? MOST_32 : entry.size);
      sink.u16(entry.name.length).u16(fields > 0 ? 4 + fields : 0).u16(0);
      sink.u16(0).u16(0).u32(0).u32(entry.isFar() ? MOST_32 : entry.header).bytes(entry.name);
      if (fields > 0) {
        sink.u16(1).u16(fields);
        if (large) {
          sink.u64(entry.size).u64(entry.size);
        }
        if (entry.isFar()) {
          sink.u64(entry.header);
        }
      }
    }
    long end = sink.position();
    long size = end - start;
    int count = entries.size();
    sink.u32(0x06064b50).u64(44).u16(0x031e).u16(ZIP64_VERSION).u32(0).u32(0);
    sink.u64(count).u64(count).u64(size).u64(start);
    sink.u32(0x07064b50).u32(0).u64(end).u32(1);
    int shortCount = Math.min(count, 0xffff);
    sink.u32(0x06054b50).u16(0).u16(0).u16(shortCount).u16(shortCount);
    sink.u32(Math.min(size, MOST_32)).u32(Math.min(start, MOST_32)).u16(0);
  }

  /** 40 digits that are the same for the same content: of the names, then of the checksums. */
  String identity() {
    long names = 0xcbf29ce484222325L; // FNV-1a, 64 bits
    long checksums = names;
    for (Entry entry : entries) {
      for (byte b : entry.name) {
        names = (names ^ (b & 0xff)) * 0x100000001b3L;
      }
      checksums = (checksums ^ entry.crc) * 0x100000001b3L;
    }
    return digits(names) + digits(checksums);
  }

  private static String digits(long value) {
    String text = Long.toUnsignedString(value);
    return "0".repeat(20 - text.length()) + text;
  }
}
