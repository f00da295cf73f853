package dev.tern.io;

import dev.tern.io.Pickled.Dict;
import dev.tern.io.Pickled.StorageRef;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * PyTorch's format before 1.6, and later by {@code _use_new_zipfile_serialization=False}: five
 * pickles (a magic number, the version, the writing machine, the object, the keys of its storages),
 * then each storage as its number of elements and the elements.
 */
final class LegacyFile {
  private static final BigInteger MAGIC = new BigInteger("1950a86a20f9469cfc6c", 16);
  private static final Long VERSION = 1001L;

  private LegacyFile() {}

  static TorchFile read(ByteSource source) throws IOException {
    ByteCursor in = new ByteCursor(source, 0, source.size());
    if (!MAGIC.equals(pickle(source, in))) {
      throw source.refuse(
          "a pickle that torch.save did not write (no magic number in front); if it is plain Python data, save it with torch.save");
    }
    Object version = pickle(source, in);
    if (!VERSION.equals(version)) {
      throw source.refuse("a version of the old format that Tern does not know; it knows 1001");
    }
    if (!(pickle(source, in) instanceof Dict system)
        || !Boolean.TRUE.equals(system.entries.get("little_endian"))) {
      throw source.refuse(
          "the old format from a big-endian machine; load it in PyTorch and save it anew");
    }
    Unpickler unpickler = new Unpickler(source, in);
    Object root = unpickler.load();
    new Structure(source).check(root);
    if (!(pickle(source, in) instanceof List<?> keys)) {
      throw source.refuse("no list of storages behind the pickle; it is damaged");
    }
    Map<String, ByteRange> storages = locate(source, in, keys, unpickler.storages());
    return new TorchFile(source, root, ByteOrder.LITTLE_ENDIAN, storages);
  }

  private static Object pickle(ByteSource source, ByteCursor in) throws IOException {
    return new Unpickler(source, in).load();
  }

  private static Map<String, ByteRange> locate(
      ByteSource source, ByteCursor in, List<?> keys, Map<String, StorageRef> named)
      throws IOException {
    Map<String, ByteRange> storages = new HashMap<>();
    for (Object key : keys) {
      StorageRef storage = key instanceof String ? named.get(key) : null;
      if (storage == null || storages.containsKey(storage.key())) {
        throw source.refuse("a storage that no tensor names, or that occurs twice; it is damaged");
      }
      long numel = in.i64();
      if (numel != storage.numel()) {
        throw source.refuse(
            "storage '%s' has %d elements, its tensors expect %d"
                .formatted(storage.key(), numel, storage.numel()));
      }
      ByteRange range = new ByteRange(in.position(), numel * storage.dtype().bytes(), 0);
      in.skip(range.size());
      storages.put(storage.key(), range);
    }
    if (storages.size() != named.size()) {
      throw source.refuse("fewer storages than its tensors name; it is damaged or cut short");
    }
    return storages;
  }
}
