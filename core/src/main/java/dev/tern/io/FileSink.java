package dev.tern.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;

/** A buffered file being written from its start, little-endian. */
final class FileSink {
  private static final int BUFFER = 1 << 16;

  private final WritableByteChannel channel;
  private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER).order(ByteOrder.LITTLE_ENDIAN);
  private long flushed;

  FileSink(WritableByteChannel channel) {
    this.channel = channel;
  }

  /** How many bytes were written. */
  long position() {
    return flushed + buffer.position();
  }

  FileSink u16(int value) throws IOException {
    reserve(Short.BYTES).putShort((short) value);
    return this;
  }

  FileSink u32(long value) throws IOException {
    reserve(Integer.BYTES).putInt((int) value);
    return this;
  }

  FileSink u64(long value) throws IOException {
    reserve(Long.BYTES).putLong(value);
    return this;
  }

  FileSink bytes(byte[] bytes) throws IOException {
    return bytes(ByteBuffer.wrap(bytes));
  }

  /** Takes the rest of a buffer. */
  FileSink bytes(ByteBuffer bytes) throws IOException {
    if (bytes.remaining() > buffer.remaining()) {
      flush();
    }
    if (bytes.remaining() > buffer.remaining()) {
      flushed += bytes.remaining();
      drain(bytes);
    } else {
      buffer.put(bytes);
    }
    return this;
  }

  FileSink repeat(char c, int count) throws IOException {
    for (int i = 0; i < count; i++) {
      reserve(1).put((byte) c);
    }
    return this;
  }

  void flush() throws IOException {
    flushed += buffer.position();
    drain(buffer.flip());
    buffer.clear();
  }

  private ByteBuffer reserve(int count) throws IOException {
    if (buffer.remaining() < count) {
      flush();
    }
    return buffer;
  }

  private void drain(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }
}
