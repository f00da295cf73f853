package dev.tern.io;

/**
 * Where the bytes of one storage are.
 *
 * @param offset the first
 * @param size how many
 * @param crc their CRC-32, or 0 where the writer left it out
 */
record ByteRange(long offset, long size, long crc) {
  /** One past the last. */
  long end() {
    return offset + size;
  }
}
