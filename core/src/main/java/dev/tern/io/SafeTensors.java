package dev.tern.io;

import dev.tern.StateDict;
import dev.tern.Tensor;
import dev.tern.device.Backend;
import dev.tern.device.Backends;
import dev.tern.device.Device;
import dev.tern.device.Storage;
import dev.tern.io.SafeTensorsHeader.Place;
import dev.tern.shape.DType;
import dev.tern.shape.Shape;
import dev.tern.shape.View;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The safetensors format: tensors by name behind a JSON header. {@link #read} gives them all;
 * {@link #open} maps the file into memory and gives one at a time.
 *
 * <pre>{@code
 * try (SafeTensors file = SafeTensors.open(path)) {
 *   Tensor weight = file.tensor("conv1.weight");
 * }
 * }</pre>
 *
 * @see <a href="https://github.com/huggingface/safetensors">the format</a>
 */
public final class SafeTensors implements Closeable {
  private final ByteSource source;
  private final SafeTensorsHeader header;

  private SafeTensors(ByteSource source, SafeTensorsHeader header) {
    this.source = source;
    this.header = header;
  }

  /**
   * Reads every tensor of a file onto the CPU, in the header's order.
   *
   * @throws FormatException if the file is damaged, or holds a type of element that Tern does not
   *     have
   * @throws IOException if it cannot be read
   */
  public static StateDict read(Path path) throws IOException {
    return read(path, Device.CPU);
  }

  /**
   * Reads every tensor of a file onto a device, in the header's order.
   *
   * @throws FormatException if the file is damaged, or holds a type of element that Tern does not
   *     have
   * @throws IOException if it cannot be read
   * @throws dev.tern.shape.DeviceException if the device cannot be used
   */
  public static StateDict read(Path path, Device device) throws IOException {
    Backend backend = Backends.of(device);
    return read(ByteSource.open(path), backend);
  }

  /** Reads every tensor and closes the source. */
  static StateDict read(ByteSource source, Backend backend) throws IOException {
    try (SafeTensors file = over(source)) {
      StateDict tensors = new StateDict();
      for (String name : file.names()) {
        tensors.put(name, file.load(file.place(name), backend));
      }
      return tensors;
    }
  }

  /**
   * Opens a file to read tensors one at a time, through a memory map. Threads may share it.
   *
   * @throws FormatException if the file is damaged, or holds a type of element that Tern does not
   *     have
   * @throws IOException if it cannot be read
   */
  public static SafeTensors open(Path path) throws IOException {
    return over(ByteSource.map(path));
  }

  private static SafeTensors over(ByteSource source) throws IOException {
    try {
      return new SafeTensors(source, SafeTensorsHeader.read(source));
    } catch (IOException | RuntimeException e) {
      source.close();
      throw e;
    }
  }

  /** The tensors' names, in the header's order. */
  public Set<String> names() {
    return Collections.unmodifiableSet(header.tensors().keySet());
  }

  /** What the writer put beside the tensors, {@code __metadata__}. */
  public Map<String, String> metadata() {
    return Collections.unmodifiableMap(header.metadata());
  }

  /**
   * The sizes of a tensor, without reading it.
   *
   * @throws IllegalArgumentException if there is no tensor of this name
   */
  public Shape shape(String name) {
    return place(name).shape();
  }

  /**
   * The element type of a tensor, without reading it.
   *
   * @throws IllegalArgumentException if there is no tensor of this name
   */
  public DType dtype(String name) {
    return place(name).dtype();
  }

  /**
   * Reads one tensor onto the CPU.
   *
   * @throws IllegalArgumentException if there is no tensor of this name
   * @throws IOException if it cannot be read
   */
  public Tensor tensor(String name) throws IOException {
    return tensor(name, Device.CPU);
  }

  /**
   * Reads one tensor onto a device.
   *
   * @throws IllegalArgumentException if there is no tensor of this name
   * @throws IOException if it cannot be read
   * @throws dev.tern.shape.DeviceException if the device cannot be used
   */
  public Tensor tensor(String name, Device device) throws IOException {
    return load(place(name), Backends.of(device));
  }

  private Place place(String name) {
    Place place = header.tensors().get(name);
    if (place == null) {
      throw new IllegalArgumentException(
          "%s has no tensor '%s'; it has %s"
              .formatted(source.name(), name, Describe.dict(header.tensors().keySet())));
    }
    return place;
  }

  private Tensor load(Place place, Backend backend) throws IOException {
    Storage storage =
        Elements.load(
            source,
            place.range(),
            ByteOrder.LITTLE_ENDIAN,
            place.dtype(),
            place.shape().numel(),
            backend);
    return Tensor.wrap(storage, View.dense(place.shape()));
  }

  /** Closes the file; tensors that were read from it stay. */
  @Override
  public void close() throws IOException {
    source.close();
  }

  /**
   * Writes tensors by name, each dense and with memory of its own in the file. Written beside the
   * target and moved over it, like {@link Checkpoint#save}.
   *
   * @throws IOException if the file cannot be written; an old one is as it was then
   */
  public static void write(Map<String, Tensor> tensors, Path path) throws IOException {
    write(tensors, Map.of(), path);
  }

  /**
   * Writes tensors by name, and strings beside them.
   *
   * @param metadata what readers find in {@code __metadata__}, such as {@code {"format": "pt"}}
   * @throws IllegalArgumentException if a tensor is named {@code __metadata__}, or the names are
   *     longer than the format allows; nothing is written then
   * @throws IOException if the file cannot be written; an old one is as it was then
   */
  public static void write(Map<String, Tensor> tensors, Map<String, String> metadata, Path path)
      throws IOException {
    if (tensors.containsKey("__metadata__")) {
      throw new IllegalArgumentException("a tensor named __metadata__ has no place in safetensors");
    }
    Map<String, ByteRange> ranges = new LinkedHashMap<>();
    List<Tensor> order = new ArrayList<>();
    long end = 0;
    for (int bytes = Long.BYTES; bytes > 0; bytes /= 2) { // wide elements first: all are aligned
      for (Map.Entry<String, Tensor> entry : tensors.entrySet()) {
        Tensor tensor = entry.getValue();
        if (tensor.dtype().bytes() == bytes) {
          long size = (long) tensor.numel() * bytes;
          ranges.put(entry.getKey(), new ByteRange(end, size, 0));
          order.add(tensor);
          end += size;
        }
      }
    }
    Map<String, Place> places = new LinkedHashMap<>();
    tensors.forEach(
        (name, tensor) -> {
          ByteRange range = ranges.get(name);
          if (range != null) {
            places.put(name, new Place(tensor.dtype(), tensor.shape(), range));
          }
        });
    byte[] bytes = new SafeTensorsHeader(places, metadata).encode();
    if (bytes.length > SafeTensorsHeader.LONGEST) {
      throw new IllegalArgumentException(
          "a header of %d bytes; the format allows %d"
              .formatted(bytes.length, SafeTensorsHeader.LONGEST));
    }
    AtomicFile.write(
        path,
        sink -> {
          sink.u64(bytes.length).bytes(bytes);
          for (Tensor tensor : order) {
            Elements.save(tensor.data(), sink::bytes);
          }
        });
  }
}
