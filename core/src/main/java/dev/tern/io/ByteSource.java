package dev.tern.io;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** Bytes of a known number that can be read at any position: an array, a file, or a mapped file. */
abstract class ByteSource implements Closeable {
  private final String name;
  private final long size;

  private ByteSource(String name, long size) {
    this.name = name;
    this.size = size;
  }

  /** The bytes of an array, which is not copied. */
  static ByteSource of(byte[] bytes) {
    return new ByteSource("bytes", bytes.length) {
      @Override
      void fill(long position, ByteBuffer into) {
        into.put(bytes, (int) position, into.remaining());
      }

      @Override
      public void close() {}
    };
  }

  /** A file, read on demand. */
  static ByteSource open(Path path) throws IOException {
    if (Files.isDirectory(path)) {
      throw new IOException(path + " is a folder, not a file");
    }
    return ofChannel(String.valueOf(path.getFileName()), FileChannel.open(path));
  }

  /** A stream, copied to a temporary file that goes when the source is closed. */
  static ByteSource spool(InputStream in) throws IOException {
    Path file = Files.createTempFile("tern", ".spool");
    try {
      Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING);
      return ofChannel(
          "stream",
          FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.DELETE_ON_CLOSE));
    } catch (IOException | RuntimeException e) {
      Files.deleteIfExists(file);
      throw e;
    }
  }

  private static ByteSource ofChannel(String name, FileChannel channel) throws IOException {
    return new ByteSource(name, channel.size()) {
      @Override
      void fill(long position, ByteBuffer into) throws IOException {
        long at = position;
        while (into.hasRemaining()) {
          int count = channel.read(into, at);
          if (count < 0) {
            throw refuse("it was cut short while it was read");
          }
          at += count;
        }
      }

      @Override
      public void close() throws IOException {
        channel.close();
      }
    };
  }

  /**
   * A file, mapped into memory where it is read; in segments, since one map holds at most 2 GiB.
   */
  static ByteSource map(Path path) throws IOException {
    if (Files.isDirectory(path)) {
      throw new IOException(path + " is a folder, not a file");
    }
    FileChannel channel = FileChannel.open(path);
    long size = channel.size();
    int segments = Math.toIntExact((size + Mapped.SEGMENT - 1) / Mapped.SEGMENT);
    return new Mapped(String.valueOf(path.getFileName()), size, channel, new ByteBuffer[segments]);
  }

  private static final class Mapped extends ByteSource {
    static final long SEGMENT = 1L << 30;

    private final FileChannel channel;
    private final ByteBuffer[] segments;

    Mapped(String name, long size, FileChannel channel, ByteBuffer[] segments) {
      super(name, size);
      this.channel = channel;
      this.segments = segments;
    }

    @Override
    void fill(long position, ByteBuffer into) throws IOException {
      long at = position;
      try {
        while (into.hasRemaining()) {
          ByteBuffer segment = segment((int) (at / SEGMENT));
          int start = (int) (at % SEGMENT);
          int count = Math.min(into.remaining(), segment.capacity() - start);
          into.put(segment.duplicate().position(start).limit(start + count));
          at += count;
        }
      } catch (InternalError e) { // how the JVM reports a page that is no longer there
        throw new IOException(name() + " was cut short or its disk failed while it was mapped", e);
      }
    }

    private synchronized ByteBuffer segment(int index) throws IOException {
      if (!channel.isOpen()) {
        throw new IOException(name() + " is closed");
      }
      ByteBuffer segment = segments[index];
      if (segment == null) {
        long start = index * SEGMENT;
        MappedByteBuffer mapped =
            channel.map(FileChannel.MapMode.READ_ONLY, start, Math.min(SEGMENT, size() - start));
        segment = mapped;
        segments[index] = segment;
      }
      return segment;
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }

  /** The file's name, for messages. */
  final String name() {
    return name;
  }

  /** How many bytes there are. */
  final long size() {
    return size;
  }

  /** Fills the rest of a buffer; the range has been checked. */
  abstract void fill(long position, ByteBuffer into) throws IOException;

  /**
   * Fills the rest of a buffer from a position on.
   *
   * @throws FormatException if there are fewer bytes
   */
  final void read(long position, ByteBuffer into) throws IOException {
    require(position, into.remaining());
    fill(position, into);
  }

  /**
   * A copy of a range, little-endian.
   *
   * @throws FormatException if there are fewer bytes; nothing is allocated then
   */
  final ByteBuffer read(long position, int count) throws IOException {
    require(position, count);
    ByteBuffer bytes = ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
    fill(position, bytes);
    return bytes.flip();
  }

  private void require(long position, long count) throws FormatException {
    if (position < 0 || count < 0 || position > size - count) {
      throw refuse(
          "it ends at byte %d, but bytes %d to %d are wanted; it is damaged or cut short"
              .formatted(size, position, position + count));
    }
  }

  /** An exception that names this file. */
  final FormatException refuse(String why) {
    return new FormatException(name + ": " + why);
  }
}
