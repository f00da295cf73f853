package dev.tern.io;

import dev.tern.io.Pickled.StorageRef;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * A parsed {@code .pt} file: checked through and through, with no tensor's memory allocated yet.
 *
 * @param source the file
 * @param root what its pickle made
 * @param order the byte order of its storages
 * @param storages where each storage is, by key; its size is that of the storage's elements
 */
record TorchFile(ByteSource source, Object root, ByteOrder order, Map<String, ByteRange> storages) {
  private static final long NEWEST_VERSION = 10; // libtorch's kMaxSupportedFileFormatVersion
  private static final int TAR_MAGIC = 257;

  /**
   * Reads either of PyTorch's formats.
   *
   * @throws FormatException if it is damaged, or something else
   */
  static TorchFile read(ByteSource source) throws IOException {
    if (source.size() < 10) {
      throw source.refuse("%d bytes are too few for a file of PyTorch's".formatted(source.size()));
    }
    ByteBuffer head = source.read(0, 10);
    int first = head.get(0) & 0xff;
    if (first == 'P' && head.get(1) == 'K') {
      return readZip(source);
    }
    if (first == 0x80) {
      return LegacyFile.read(source);
    }
    if (head.get(8) == '{' && head.getLong(0) > 0 && head.getLong(0) <= source.size() - 8) {
      throw source.refuse("it looks like safetensors, which SafeTensors.read reads");
    }
    if (source.size() > TAR_MAGIC + 5
        && StandardCharsets.US_ASCII.decode(source.read(TAR_MAGIC, 5)).toString().equals("ustar")) {
      throw source.refuse(
          "the tar format of PyTorch before 0.1.10; load it with such a version and save it anew");
    }
    throw source.refuse("neither a ZIP nor a pickle, so nothing that torch.save writes");
  }

  private static TorchFile readZip(ByteSource source) throws IOException {
    Map<String, ByteRange> entries = ZipDirectory.read(source);
    String folder = folder(source, entries);
    checkVersion(source, entries.get(folder + "version"));
    ByteOrder order = byteOrder(source, entries.get(folder + "byteorder"));

    ByteRange pickle = entries.get(folder + "data.pkl");
    if (pickle == null) {
      throw source.refuse("no data.pkl in it");
    }
    checkCrc(source, pickle);
    ByteCursor in = new ByteCursor(source, pickle.offset(), pickle.end());
    Unpickler unpickler = new Unpickler(source, in);
    Object root = unpickler.load();
    if (in.remaining() != 0) {
      throw source.refuse("more in data.pkl than one pickle");
    }
    new Structure(source).check(root);

    Map<String, ByteRange> storages = new HashMap<>();
    for (StorageRef storage : unpickler.storages().values()) {
      ByteRange record = entries.get(folder + "data/" + storage.key());
      long wanted = (long) storage.numel() * storage.dtype().bytes();
      if (record == null || record.size() != wanted) {
        throw source.refuse(
            "storage '%s' of %d elements of %s wants %d bytes, %s"
                .formatted(
                    storage.key(),
                    storage.numel(),
                    storage.dtype(),
                    wanted,
                    record == null ? "but is not in the file" : "got " + record.size()));
      }
      storages.put(storage.key(), record);
    }
    return new TorchFile(source, root, order, storages);
  }

  /** The one top folder, with its slash; writers name it after the file, or {@code archive}. */
  private static String folder(ByteSource source, Map<String, ByteRange> entries)
      throws FormatException {
    List<String> folders = new ArrayList<>();
    for (String name : entries.keySet()) {
      int slash = name.indexOf('/');
      if (slash >= 0 && name.substring(slash + 1).equals("data.pkl")) {
        folders.add(name.substring(0, slash + 1));
      }
    }
    if (folders.size() != 1) {
      throw source.refuse(
          "a ZIP with %d entries FOLDER/data.pkl; torch.save writes one".formatted(folders.size()));
    }
    return folders.get(0);
  }

  private static void checkVersion(ByteSource source, @Nullable ByteRange record)
      throws IOException {
    if (record == null) {
      return;
    }
    String text = text(source, record);
    if (!text.matches("[0-9]{1,3}") || Long.parseLong(text) > NEWEST_VERSION) {
      throw source.refuse(
          "format version '%s'; Tern knows up to %d".formatted(text, NEWEST_VERSION));
    }
  }

  private static ByteOrder byteOrder(ByteSource source, @Nullable ByteRange record)
      throws IOException {
    String text = record == null ? "little" : text(source, record);
    return switch (text) {
      case "little" -> ByteOrder.LITTLE_ENDIAN;
      case "big" -> ByteOrder.BIG_ENDIAN;
      default -> throw source.refuse("byte order '%s'".formatted(text));
    };
  }

  /** A short entry as text, for messages and comparison. */
  private static String text(ByteSource source, ByteRange record) throws IOException {
    int count = (int) Math.min(record.size(), 16);
    return StandardCharsets.US_ASCII.decode(source.read(record.offset(), count)).toString().strip();
  }

  private static void checkCrc(ByteSource source, ByteRange record) throws IOException {
    CRC32 crc = new CRC32();
    ByteBuffer piece = ByteBuffer.allocate(1 << 16);
    for (long at = record.offset(); at < record.end(); at += piece.limit()) {
      source.read(at, piece.clear().limit((int) Math.min(piece.capacity(), record.end() - at)));
      crc.update(piece.flip());
    }
    if (record.crc() != 0 && record.crc() != crc.getValue()) {
      throw source.refuse("data.pkl does not have its checksum; the file is damaged");
    }
  }
}
