package dev.tern.io;

import dev.tern.StateDict;
import dev.tern.Tensor;
import dev.tern.device.Backend;
import dev.tern.device.Backends;
import dev.tern.device.Data;
import dev.tern.device.Device;
import dev.tern.device.Storage;
import dev.tern.shape.Shape;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * PyTorch's {@code .pt} files, {@code torch.load} and {@code torch.save}: what Python writes is
 * read here, and what is written here opens there with {@code weights_only=True}.
 *
 * <p>A file is taken for hostile: it can hold tensors, numbers, strings, lists and dicts, and
 * nothing else. Whatever does not fit is a {@link FormatException}; reading takes no more memory
 * than a small multiple of the file's size.
 */
public final class Checkpoint {
  private Checkpoint() {}

  /**
   * Reads a state dict onto the CPU.
   *
   * @param path a file written by {@code torch.save(model.state_dict(), path)} or by {@link #save}
   * @return the tensors by name, in the file's order, with {@code _metadata}; tensors that share
   *     memory there share it here
   * @throws FormatException if the file is damaged, or holds something else
   * @throws IOException if it cannot be read
   */
  public static StateDict load(Path path) throws IOException {
    return load(path, Device.CPU);
  }

  /**
   * Reads a state dict onto a device, wherever it was saved from.
   *
   * @param mapLocation the device, {@code map_location} in PyTorch
   * @throws FormatException if the file is damaged, or holds something else
   * @throws IOException if it cannot be read
   * @throws dev.tern.shape.DeviceException if the device cannot be used
   */
  public static StateDict load(Path path, Device mapLocation) throws IOException {
    Backend backend = Backends.of(mapLocation);
    try (ByteSource source = ByteSource.open(path)) {
      return new TensorLoader(TorchFile.read(source), backend).loadStateDict();
    }
  }

  /**
   * Reads a state dict from a stream, which is copied to a temporary file first and not closed.
   *
   * @throws FormatException if what it gives is damaged, or holds something else
   * @throws IOException if it cannot be read
   * @throws dev.tern.shape.DeviceException if the device cannot be used
   */
  public static StateDict load(InputStream in, Device mapLocation) throws IOException {
    Backend backend = Backends.of(mapLocation);
    try (ByteSource source = ByteSource.spool(in)) {
      return new TensorLoader(TorchFile.read(source), backend).loadStateDict();
    }
  }

  /**
   * Reads a state dict from the bytes of a file.
   *
   * @throws FormatException if they are damaged, or hold something else
   * @throws IOException never for another reason
   * @throws dev.tern.shape.DeviceException if the device cannot be used
   */
  public static StateDict load(byte[] bytes, Device mapLocation) throws IOException {
    Backend backend = Backends.of(mapLocation);
    try (ByteSource source = ByteSource.of(bytes)) {
      return new TensorLoader(TorchFile.read(source), backend).loadStateDict();
    }
  }

  /**
   * Reads whatever a file holds, such as {@code {"model": ..., "optimizer": ..., "epoch": 3}}.
   *
   * @return dicts as maps in their order (an OrderedDict of tensors by name as a {@link
   *     StateDict}), lists and tuples as lists (a tuple as one that cannot be changed), whole
   *     numbers as {@link Long} (beyond 64 bits {@link java.math.BigInteger}), floats as {@link
   *     Double}, None as null, and {@link String}, {@link Boolean}, {@link Tensor}. What is one
   *     object in the file is one here
   * @throws FormatException if the file is damaged, or holds something else
   * @throws IOException if it cannot be read
   * @throws dev.tern.shape.DeviceException if the device cannot be used
   */
  public static @Nullable Object loadObject(Path path, Device mapLocation) throws IOException {
    Backend backend = Backends.of(mapLocation);
    try (ByteSource source = ByteSource.open(path)) {
      return new TensorLoader(TorchFile.read(source), backend).load();
    }
  }

  /**
   * Reads whatever a stream holds, which is copied to a temporary file first and not closed; see
   * {@link #loadObject(Path, Device)}.
   */
  public static @Nullable Object loadObject(InputStream in, Device mapLocation) throws IOException {
    Backend backend = Backends.of(mapLocation);
    try (ByteSource source = ByteSource.spool(in)) {
      return new TensorLoader(TorchFile.read(source), backend).load();
    }
  }

  /** Reads whatever the bytes of a file hold; see {@link #loadObject(Path, Device)}. */
  public static @Nullable Object loadObject(byte[] bytes, Device mapLocation) throws IOException {
    Backend backend = Backends.of(mapLocation);
    try (ByteSource source = ByteSource.of(bytes)) {
      return new TensorLoader(TorchFile.read(source), backend).load();
    }
  }

  /**
   * Reads a checkpoint, a dict such as {@code {"model": ..., "optimizer": ..., "epoch": 3}}; see
   * {@link #loadObject(Path, Device)} for what its values are.
   *
   * @throws FormatException if the file is damaged, or holds something else
   * @throws IOException if it cannot be read
   * @throws dev.tern.shape.DeviceException if the device cannot be used
   */
  public static Map<String, @Nullable Object> loadMap(Path path, Device mapLocation)
      throws IOException {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    for (Map.Entry<?, ?> entry : asMap(loadObject(path, mapLocation)).entrySet()) {
      if (!(entry.getKey() instanceof String name)) {
        throw new FormatException(
            "a checkpoint is a dict with strings for keys, got the key "
                + Describe.quoted(entry.getKey()));
      }
      map.put(name, entry.getValue());
    }
    return map;
  }

  /**
   * A part of what was loaded as a dict, such as {@code checkpoint.get("optimizer")}.
   *
   * @throws FormatException if it is none
   */
  public static Map<?, ?> asMap(@Nullable Object value) throws FormatException {
    if (value instanceof Map<?, ?> map) {
      return map;
    }
    throw new FormatException("wants a dict, got " + Describe.value(value));
  }

  /**
   * A part of what was loaded as a tensor, such as {@code checkpoint.get("generator")}.
   *
   * @throws FormatException if it is none
   */
  public static Tensor asTensor(@Nullable Object value) throws FormatException {
    if (value instanceof Tensor tensor) {
      return tensor;
    }
    throw new FormatException("wants a tensor, got " + Describe.value(value));
  }

  /**
   * A part of what was loaded as a whole number, such as {@code checkpoint.get("epoch")}.
   *
   * @throws FormatException if it is none
   */
  public static long asLong(@Nullable Object value) throws FormatException {
    if (value instanceof Long number) {
      return number;
    }
    throw new FormatException("wants a whole number, got " + Describe.value(value));
  }

  /**
   * A part of what {@link #loadObject} gave as a state dict, such as {@code
   * checkpoint.get("model")}.
   *
   * @throws FormatException if it is no map of tensors by name
   */
  public static StateDict asStateDict(@Nullable Object value) throws FormatException {
    if (value instanceof StateDict state) {
      return state;
    }
    StateDict state = new StateDict();
    for (Map.Entry<?, ?> entry : asMap(value).entrySet()) {
      if (!(entry.getKey() instanceof String name)
          || !(entry.getValue() instanceof Tensor tensor)) {
        throw new FormatException(
            "a state dict is a dict of tensors by name, got one in which %s is %s"
                .formatted(Describe.quoted(entry.getKey()), Describe.value(entry.getValue())));
      }
      state.put(name, tensor);
    }
    return state;
  }

  /**
   * Writes a file that {@code torch.load(path, weights_only=True)} reads, in PyTorch's own layout.
   *
   * <p>It is written beside the target and moved over it when it is whole and on the disk: a crash
   * or a full disk leaves the old file as it was. Tensors that share memory share it in the file;
   * of a view the whole memory behind it is saved, as PyTorch does it. Do not change the tensors
   * meanwhile.
   *
   * @param values a {@link StateDict}, or a map of maps, lists, strings, numbers, Booleans, nulls
   *     and tensors
   * @param path the file; its folder must exist
   * @throws IllegalArgumentException if there is something else in the map; nothing is written then
   * @throws IOException if the file cannot be written
   */
  public static void save(Map<String, ?> values, Path path) throws IOException {
    PickleWriter pickler = new PickleWriter();
    byte[] pickle = pickler.write(values);
    AtomicFile.write(
        path,
        sink -> {
          TorchZip zip = new TorchZip(sink, topFolder(path) + "/");
          zip.entry("data.pkl", pickle);
          zip.entry(".format_version", "1");
          zip.entry(".storage_alignment", "64");
          zip.entry("byteorder", "little");
          int key = 0;
          for (Storage storage : pickler.storages()) {
            Data all = new Data(storage, 0, Shape.of(storage.size()));
            long size = (long) storage.size() * storage.dtype().bytes();
            zip.entry("data/" + key++, size, out -> Elements.save(all, out));
          }
          zip.entry("version", "3\n");
          zip.entry(".data/serialization_id", zip.identity());
          zip.finish();
        });
  }

  /**
   * The file's name without its extension, as PyTorch names the top folder; ASCII, or {@code
   * archive}.
   */
  private static String topFolder(Path path) {
    String name = String.valueOf(path.getFileName());
    int dot = name.lastIndexOf('.');
    String stem = dot > 0 ? name.substring(0, dot) : name;
    return stem.matches("[!--0-~][!-.0-~ ]{0,199}") ? stem : "archive";
  }
}
