package dev.tern.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The entries of a ZIP whose entries are all STORED, from its central directory. Stricter than
 * most: an entry that overlaps another, occurs twice, differs from its local header or lies outside
 * is refused, so that the entries together are never larger than the file.
 */
final class ZipDirectory {
  private static final int END_SIZE = 22;
  private static final int END_SIGNATURE = 0x06054b50;
  private static final int END64_SIZE = 56;
  private static final int END64_SIGNATURE = 0x06064b50;
  private static final int LOCATOR_SIZE = 20;
  private static final int LOCATOR_SIGNATURE = 0x07064b50;
  private static final int ENTRY_SIZE = 46;
  private static final int ENTRY_SIGNATURE = 0x02014b50;
  private static final int LOCAL_SIZE = 30;
  private static final int LOCAL_SIGNATURE = 0x04034b50;
  private static final int ENCRYPTED = 0x2041;
  private static final int ZIP64_EXTRA = 1;
  private static final long ELSEWHERE = 0xffff_ffffL;

  private record Entry(String name, int nameLength, long header, long size, long crc) {}

  /** The directory's own place, from the end records. */
  private record Place(long offset, long size, long entries) {}

  private final ByteSource source;
  private final Map<String, ByteRange> entries = new LinkedHashMap<>();

  private ZipDirectory(ByteSource source) {
    this.source = source;
  }

  /** Reads and checks the directory and every local header. */
  static Map<String, ByteRange> read(ByteSource source) throws IOException {
    ZipDirectory zip = new ZipDirectory(source);
    Place place = zip.place();
    zip.locate(zip.list(place), place.offset);
    return Collections.unmodifiableMap(zip.entries);
  }

  private Place place() throws IOException {
    long size = source.size();
    int tail = (int) Math.min(size, END_SIZE + 0xffff);
    ByteBuffer bytes = source.read(size - tail, tail);
    int at = tail - END_SIZE;
    while (at >= 0
        && !(bytes.getInt(at) == END_SIGNATURE && at + END_SIZE + u16(bytes, at + 20) == tail)) {
      at--;
    }
    if (at < 0) {
      throw source.refuse("no end of a ZIP's directory is at its end; it is damaged or cut short");
    }
    long end = size - tail + at;
    if (bytes.getInt(at + 4) != 0 || u16(bytes, at + 8) != u16(bytes, at + 10)) {
      throw source.refuse("a ZIP of several parts");
    }
    Place place = new Place(u32(bytes, at + 16), u32(bytes, at + 12), u16(bytes, at + 10));
    if (end >= LOCATOR_SIZE) {
      ByteBuffer locator = source.read(end - LOCATOR_SIZE, LOCATOR_SIZE);
      if (locator.getInt(0) == LOCATOR_SIGNATURE) {
        long end64 = locator.getLong(8);
        Place place64 = place64(end64, end - LOCATOR_SIZE);
        if (contradicts(place.offset, ELSEWHERE, place64.offset)
            || contradicts(place.size, ELSEWHERE, place64.size)
            || contradicts(place.entries, 0xffff, place64.entries)) {
          throw source.refuse("two ends of a ZIP's directory that contradict each other");
        }
        place = place64;
        end = end64;
      }
    }
    if (place.offset < 0
        || place.size < 0
        || place.offset > end
        || place.size != end - place.offset
        || place.entries < 0
        || place.entries > place.size / ENTRY_SIZE) {
      throw source.refuse("a ZIP's directory that does not lie in front of its end");
    }
    return place;
  }

  private static boolean contradicts(long value, long elsewhere, long value64) {
    return value != elsewhere && value != value64;
  }

  private Place place64(long at, long locator) throws IOException {
    if (at < 0 || at > locator - END64_SIZE) {
      throw source.refuse("a ZIP's 64-bit end that lies outside");
    }
    ByteBuffer bytes = source.read(at, END64_SIZE);
    if (bytes.getInt(0) != END64_SIGNATURE
        || bytes.getLong(4) != locator - at - 12
        || bytes.getLong(16) != 0
        || bytes.getLong(24) != bytes.getLong(32)) {
      throw source.refuse("a ZIP's 64-bit end that is damaged");
    }
    return new Place(bytes.getLong(48), bytes.getLong(40), bytes.getLong(32));
  }

  private List<Entry> list(Place place) throws IOException {
    ByteCursor in = new ByteCursor(source, place.offset, place.offset + place.size);
    List<Entry> listed = new ArrayList<>();
    for (long i = 0; i < place.entries; i++) {
      listed.add(entry(in));
    }
    if (in.remaining() != 0) {
      throw source.refuse("a ZIP's directory with more in it than its entries");
    }
    listed.sort(Comparator.comparingLong(Entry::header));
    return listed;
  }

  private Entry entry(ByteCursor in) throws IOException {
    if (in.i32() != ENTRY_SIGNATURE) {
      throw source.refuse("a ZIP's directory that is damaged at byte " + (in.position() - 4));
    }
    in.skip(4); // versions
    int flags = in.u16();
    int method = in.u16();
    in.skip(4); // time
    long crc = in.u32();
    long packed = in.u32();
    long size = in.u32();
    int nameLength = in.u16();
    int extraLength = in.u16();
    int commentLength = in.u16();
    int disk = in.u16();
    in.skip(6); // attributes
    long header = in.u32();
    String name = in.utf8(nameLength);
    long extraEnd = in.position() + extraLength;
    if (in.remaining() < extraLength) {
      throw source.refuse("a ZIP's directory that is cut short");
    }
    while (extraEnd - in.position() >= 4) {
      int id = in.u16();
      int length = in.u16();
      if (length > extraEnd - in.position()) {
        throw source.refuse("a ZIP's extra field that is cut short");
      }
      long after = in.position() + length;
      if (id == ZIP64_EXTRA) {
        size = size == ELSEWHERE ? in.i64() : size;
        packed = packed == ELSEWHERE ? in.i64() : packed;
        header = header == ELSEWHERE ? in.i64() : header;
      }
      if (in.position() > after) {
        throw source.refuse("a ZIP's 64-bit field that is cut short");
      }
      in.skip(after - in.position());
    }
    in.skip(extraEnd - in.position());
    in.skip(commentLength);
    if ((flags & ENCRYPTED) != 0 || method != 0 || packed != size) {
      throw source.refuse(
          "entry '%s' is compressed or encrypted; torch.save and numpy.savez store entries as they are"
              .formatted(name));
    }
    if (disk != 0 || size < 0 || header < 0) {
      throw source.refuse("entry '%s' of the ZIP is damaged".formatted(name));
    }
    return new Entry(name, nameLength, header, size, crc);
  }

  private void locate(List<Entry> listed, long end) throws IOException {
    long free = 0; // everything before is taken
    for (Entry entry : listed) {
      if (entry.header < free || entry.header > end - LOCAL_SIZE) {
        throw source.refuse(
            "entry '%s' overlaps another one or lies outside".formatted(entry.name));
      }
      ByteBuffer local = source.read(entry.header, LOCAL_SIZE);
      if (local.getInt(0) != LOCAL_SIGNATURE
          || (u16(local, 6) & ENCRYPTED) != 0
          || u16(local, 8) != 0 // method
          || u16(local, 26) != entry.nameLength
          || !nameAt(entry.header + LOCAL_SIZE, entry.nameLength).equals(entry.name)) {
        throw source.refuse(
            "entry '%s' is another one in its own header than in the ZIP's directory"
                .formatted(entry.name));
      }
      long offset = entry.header + LOCAL_SIZE + entry.nameLength + u16(local, 28);
      if (offset > end || entry.size > end - offset) {
        throw source.refuse("entry '%s' lies outside".formatted(entry.name));
      }
      ByteRange range = new ByteRange(offset, entry.size, entry.crc);
      if (entries.put(entry.name, range) != null) {
        throw source.refuse("entry '%s' occurs twice".formatted(entry.name));
      }
      free = range.end();
    }
  }

  private String nameAt(long position, int length) throws IOException {
    return ByteCursor.utf8(source, source.read(position, length).array());
  }

  private static int u16(ByteBuffer bytes, int at) {
    return Short.toUnsignedInt(bytes.getShort(at));
  }

  private static long u32(ByteBuffer bytes, int at) {
    return Integer.toUnsignedLong(bytes.getInt(at));
  }
}
