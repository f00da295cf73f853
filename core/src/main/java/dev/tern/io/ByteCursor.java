package dev.tern.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Reads a range of a source from its start to its end, little-endian. */
final class ByteCursor {
  private static final int WINDOW = 8192;
  private static final int LONGEST_LINE = 1024;

  private final ByteSource source;
  private final long end;
  private long next;
  private ByteBuffer window = ByteBuffer.allocate(0);

  ByteCursor(ByteSource source, long start, long end) {
    this.source = source;
    this.next = start;
    this.end = end;
  }

  /** Where the next byte is in the source. */
  long position() {
    return next - window.remaining();
  }

  /** How many bytes are left. */
  long remaining() {
    return end - position();
  }

  /** Leaves bytes out. */
  void skip(long count) throws IOException {
    require(count);
    next = position() + count;
    window.position(window.limit());
  }

  int u8() throws IOException {
    if (!window.hasRemaining()) {
      refill(1);
    }
    return window.get() & 0xff;
  }

  int u16() throws IOException {
    return u8() | u8() << 8;
  }

  int i32() throws IOException {
    if (window.remaining() < Integer.BYTES) {
      refill(Integer.BYTES);
    }
    return window.getInt();
  }

  long u32() throws IOException {
    return Integer.toUnsignedLong(i32());
  }

  long i64() throws IOException {
    if (window.remaining() < Long.BYTES) {
      refill(Long.BYTES);
    }
    return window.getLong();
  }

  /** Bytes of their own; their number is checked against what is left before they are allocated. */
  byte[] bytes(long count) throws IOException {
    require(count);
    if (count > Integer.MAX_VALUE - 8) {
      throw source.refuse("a string of " + count + " bytes");
    }
    byte[] bytes = new byte[(int) count];
    int buffered = (int) Math.min(count, window.remaining());
    window.get(bytes, 0, buffered);
    if (buffered < count) {
      int rest = (int) count - buffered;
      source.read(next, ByteBuffer.wrap(bytes, buffered, rest));
      next += rest;
    }
    return bytes;
  }

  /** UTF-8, to the letter. */
  String utf8(long count) throws IOException {
    return utf8(source, bytes(count));
  }

  /** UTF-8, to the letter: a malformed sequence is refused, not replaced. */
  static String utf8(ByteSource source, byte[] bytes) throws FormatException {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      FormatException refused = source.refuse("a string that is not UTF-8");
      refused.initCause(e);
      throw refused;
    }
  }

  /** ASCII up to a line feed, which is left out. */
  String line() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = u8(); c != '\n'; c = u8()) {
      if (c < ' ' || c > '~' || line.length() == LONGEST_LINE) {
        throw source.refuse("a name in the pickle that is not a line of ASCII");
      }
      line.append((char) c);
    }
    return line.toString();
  }

  private void require(long count) throws FormatException {
    if (count < 0 || count > remaining()) {
      throw source.refuse(
          "%d bytes are announced at byte %d, but only %d are left; it is damaged or cut short"
              .formatted(count, position(), remaining()));
    }
  }

  private void refill(int least) throws IOException {
    require(least);
    long start = position();
    window = source.read(start, (int) Math.min(WINDOW, end - start));
    next = start + window.remaining();
    window.order(ByteOrder.LITTLE_ENDIAN);
  }
}
