package dev.tern.io;

import dev.tern.device.Backend;
import dev.tern.device.Data;
import dev.tern.device.Storage;
import dev.tern.shape.DType;
import dev.tern.shape.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32;

/** Carries elements between bytes and a storage on any device, a piece at a time. */
final class Elements {
  private static final int PIECE = 1 << 16; // elements

  private Elements() {}

  /** Takes pieces of bytes. */
  interface Sink {
    /** Takes the rest of a buffer. */
    void accept(ByteBuffer bytes) throws IOException;
  }

  /**
   * A new storage with a file's elements. The range's size has been checked against the number.
   *
   * @throws FormatException if the bytes do not have the range's CRC-32
   */
  static Storage load(
      ByteSource source, ByteRange range, ByteOrder order, DType dtype, int numel, Backend backend)
      throws IOException {
    Storage storage = backend.allocate(dtype, numel);
    int piece = Math.min(PIECE, numel);
    ByteBuffer bytes = ByteBuffer.allocate(piece * dtype.bytes()).order(order);
    Object array = array(dtype, piece);
    CRC32 crc = new CRC32();
    for (int at = 0; at < numel; at += piece) {
      int count = Math.min(piece, numel - at);
      source.read(
          range.offset() + (long) at * dtype.bytes(), bytes.clear().limit(count * dtype.bytes()));
      crc.update(bytes.flip());
      decode(dtype, bytes.flip(), array, count);
      backend.upload(array, 0, new Data(storage, at, Shape.of(count)));
    }
    if (range.crc() != 0 && range.crc() != crc.getValue()) {
      throw source.refuse(
          "the bytes from %d to %d do not have their checksum; the file is damaged"
              .formatted(range.offset(), range.end()));
    }
    return storage;
  }

  /** Gives dense elements to a sink, little-endian. */
  static void save(Data data, Sink sink) throws IOException {
    DType dtype = data.dtype();
    int numel = data.numel();
    int piece = Math.min(PIECE, numel);
    ByteBuffer bytes = ByteBuffer.allocate(piece * dtype.bytes()).order(ByteOrder.LITTLE_ENDIAN);
    Object array = array(dtype, piece);
    Backend backend = data.storage().backend();
    for (int at = 0; at < numel; at += piece) {
      int count = Math.min(piece, numel - at);
      backend.download(new Data(data.storage(), data.offset() + at, Shape.of(count)), array, 0);
      encode(dtype, array, bytes.clear(), count);
      sink.accept(bytes.position(0).limit(count * dtype.bytes()));
    }
  }

  private static Object array(DType dtype, int length) {
    return switch (dtype) {
      case FLOAT32 -> new float[length];
      case FLOAT64 -> new double[length];
      case INT64 -> new long[length];
      case INT32 -> new int[length];
      case FLOAT16, BFLOAT16, INT16 -> new short[length];
      case INT8, UINT8, BOOL -> new byte[length];
    };
  }

  private static void decode(DType dtype, ByteBuffer bytes, Object array, int count) {
    switch (dtype) {
      case FLOAT32 -> bytes.asFloatBuffer().get((float[]) array, 0, count);
      case FLOAT64 -> bytes.asDoubleBuffer().get((double[]) array, 0, count);
      case INT64 -> bytes.asLongBuffer().get((long[]) array, 0, count);
      case INT32 -> bytes.asIntBuffer().get((int[]) array, 0, count);
      case FLOAT16, BFLOAT16, INT16 -> bytes.asShortBuffer().get((short[]) array, 0, count);
      case INT8, UINT8 -> bytes.get((byte[]) array, 0, count);
      case BOOL -> {
        byte[] flags = (byte[]) array;
        bytes.get(flags, 0, count);
        for (int i = 0; i < count; i++) {
          flags[i] = (byte) (flags[i] == 0 ? 0 : 1); // the kernels count on it
        }
      }
    }
  }

  private static void encode(DType dtype, Object array, ByteBuffer bytes, int count) {
    switch (dtype) {
      case FLOAT32 -> bytes.asFloatBuffer().put((float[]) array, 0, count);
      case FLOAT64 -> bytes.asDoubleBuffer().put((double[]) array, 0, count);
      case INT64 -> bytes.asLongBuffer().put((long[]) array, 0, count);
      case INT32 -> bytes.asIntBuffer().put((int[]) array, 0, count);
      case FLOAT16, BFLOAT16, INT16 -> bytes.asShortBuffer().put((short[]) array, 0, count);
      case INT8, UINT8, BOOL -> bytes.put((byte[]) array, 0, count);
    }
  }
}
