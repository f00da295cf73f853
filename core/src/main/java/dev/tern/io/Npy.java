package dev.tern.io;

import dev.tern.StateDict;
import dev.tern.Tensor;
import dev.tern.device.Backend;
import dev.tern.device.Backends;
import dev.tern.device.Device;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * NumPy's files: {@code .npy} with one array, {@code numpy.save}, and {@code .npz} with several by
 * name, {@code numpy.savez}. Either byte order and either memory order is read; what is written is
 * little-endian and row-major. Arrays of Python objects are refused, as any pickle would be.
 */
public final class Npy {
  private static final String EXTENSION = ".npy";

  private Npy() {}

  /**
   * Reads one array onto the CPU.
   *
   * @throws FormatException if the file is damaged, or holds a type of element that Tern does not
   *     have
   * @throws IOException if it cannot be read
   */
  public static Tensor read(Path path) throws IOException {
    return read(path, Device.CPU);
  }

  /**
   * Reads one array onto a device.
   *
   * @throws FormatException if the file is damaged, or holds a type of element that Tern does not
   *     have
   * @throws IOException if it cannot be read
   * @throws dev.tern.shape.DeviceException if the device cannot be used
   */
  public static Tensor read(Path path, Device device) throws IOException {
    Backend backend = Backends.of(device);
    try (ByteSource source = ByteSource.open(path)) {
      return read(source, backend);
    }
  }

  static Tensor read(ByteSource source, Backend backend) throws IOException {
    return tensor(source, NpyHeader.read(source, 0, source.size()), backend);
  }

  /**
   * Reads the arrays of an {@code .npz} onto a device, in the file's order.
   *
   * @throws FormatException if the file is damaged, compressed ({@code numpy.savez_compressed}), or
   *     holds a type of element that Tern does not have
   * @throws IOException if it cannot be read
   * @throws dev.tern.shape.DeviceException if the device cannot be used
   */
  public static StateDict readAll(Path path, Device device) throws IOException {
    Backend backend = Backends.of(device);
    try (ByteSource source = ByteSource.open(path)) {
      return readAll(source, backend);
    }
  }

  static StateDict readAll(ByteSource source, Backend backend) throws IOException {
    Map<String, NpyHeader> headers = new LinkedHashMap<>();
    for (Map.Entry<String, ByteRange> entry : ZipDirectory.read(source).entrySet()) {
      String name = entry.getKey();
      ByteRange range = entry.getValue();
      if (!name.endsWith(EXTENSION)) {
        throw source.refuse("entry %s is not an array".formatted(Describe.quoted(name)));
      }
      headers.put(
          name.substring(0, name.length() - EXTENSION.length()),
          NpyHeader.read(source, range.offset(), range.end()));
    }
    StateDict arrays = new StateDict();
    for (Map.Entry<String, NpyHeader> entry : headers.entrySet()) {
      arrays.put(entry.getKey(), tensor(source, entry.getValue(), backend));
    }
    return arrays;
  }

  private static Tensor tensor(ByteSource source, NpyHeader header, Backend backend)
      throws IOException {
    return Tensor.wrap(
        Elements.load(
            source,
            header.range(),
            header.order(),
            header.dtype(),
            header.view().shape().numel(),
            backend),
        header.view());
  }

  /**
   * Writes one array, over an old file only when it is whole, like {@link Checkpoint#save}.
   *
   * @throws IllegalArgumentException if it is of BFLOAT16, which NumPy does not have
   * @throws IOException if the file cannot be written; an old one is as it was then
   */
  public static void write(Tensor tensor, Path path) throws IOException {
    byte[] header = NpyHeader.encode(tensor.dtype(), tensor.shape());
    AtomicFile.write(
        path,
        sink -> {
          sink.bytes(header);
          Elements.save(tensor.data(), sink::bytes);
        });
  }

  /**
   * Writes arrays by name as an {@code .npz}, not compressed.
   *
   * @throws IllegalArgumentException if one is of BFLOAT16, which NumPy does not have
   * @throws IOException if the file cannot be written; an old one is as it was then
   */
  public static void writeAll(Map<String, Tensor> arrays, Path path) throws IOException {
    for (Tensor tensor : arrays.values()) {
      NpyHeader.encode(tensor.dtype(), tensor.shape()); // refuses what it cannot write, beforehand
    }
    AtomicFile.write(
        path,
        sink -> {
          TorchZip zip = new TorchZip(sink, "");
          for (Map.Entry<String, Tensor> entry : arrays.entrySet()) {
            Tensor tensor = entry.getValue();
            byte[] header = NpyHeader.encode(tensor.dtype(), tensor.shape());
            long size = header.length + (long) tensor.numel() * tensor.dtype().bytes();
            zip.entry(
                entry.getKey() + EXTENSION,
                size,
                out -> {
                  out.accept(ByteBuffer.wrap(header));
                  Elements.save(tensor.data(), out);
                });
          }
          zip.finish();
        });
  }
}
