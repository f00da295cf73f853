package dev.tern.io;

import dev.tern.shape.DType;
import dev.tern.shape.Shape;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The header of a safetensors file, checked against the file: the tensors fill the rest of it
 * without a gap and without an overlap.
 *
 * @param tensors where each tensor is, by name, in the header's order
 * @param metadata what the writer added
 */
record SafeTensorsHeader(Map<String, Place> tensors, Map<String, String> metadata) {
  static final long LONGEST = 100_000_000;
  private static final int MOST_DIMENSIONS = 64;
  private static final String METADATA = "__metadata__";

  /**
   * Where a tensor is.
   *
   * @param dtype the type of its elements
   * @param shape its sizes
   * @param range its bytes, counted from the start of the file
   */
  record Place(DType dtype, Shape shape, ByteRange range) {}

  /**
   * Reads and checks a header.
   *
   * @throws FormatException if the file is damaged, or holds a type of element that Tern does not
   *     have
   */
  static SafeTensorsHeader read(ByteSource source) throws IOException {
    long length = source.size() < 8 ? -1 : source.read(0, 8).getLong(0);
    if (length < 2 || length > LONGEST || length > source.size() - 8) {
      throw source.refuse(
          "a safetensors file begins with the length of its header, from 2 to %d; got %s in %d bytes"
              .formatted(LONGEST, Long.toUnsignedString(length), source.size()));
    }
    byte[] bytes = source.read(8, (int) length).array();
    if (bytes[0] != '{') {
      throw source.refuse("a safetensors header begins with {");
    }
    String text = ByteCursor.utf8(source, bytes);
    try {
      Object root = Json.parse(text);
      if (root instanceof Map<?, ?> object) {
        return of(object, 8 + length, source.size());
      }
      throw new FormatException("the header is not an object");
    } catch (FormatException e) {
      throw new FormatException(source.name() + ": " + e.getMessage(), e);
    }
  }

  private static SafeTensorsHeader of(Map<?, ?> object, long start, long end)
      throws FormatException {
    Map<String, Place> tensors = new LinkedHashMap<>();
    Map<String, String> metadata = new LinkedHashMap<>();
    for (Map.Entry<?, ?> entry : object.entrySet()) {
      String name = (String) entry.getKey();
      if (!(entry.getValue() instanceof Map<?, ?> fields)) {
        throw new FormatException(Describe.quoted(name) + " is not an object");
      }
      if (name.equals(METADATA)) {
        for (Map.Entry<?, ?> note : fields.entrySet()) {
          if (!(note.getValue() instanceof String text)) {
            throw new FormatException(METADATA + " maps strings to strings");
          }
          metadata.put((String) note.getKey(), text);
        }
      } else {
        tensors.put(name, place(name, fields, start, end));
      }
    }
    checkCover(tensors, start, end);
    return new SafeTensorsHeader(tensors, metadata);
  }

  private static Place place(String name, Map<?, ?> fields, long start, long end)
      throws FormatException {
    if (fields.size() != 3
        || !(fields.get("dtype") instanceof String code)
        || !(fields.get("shape") instanceof List<?> sizes)
        || !(fields.get("data_offsets") instanceof List<?> offsets)
        || offsets.size() != 2
        || !(offsets.get(0) instanceof Long from)
        || !(offsets.get(1) instanceof Long to)) {
      throw refuse(name, "wants dtype, shape and two data_offsets, and nothing else");
    }
    DType dtype = dtype(code);
    if (dtype == null) {
      throw refuse(name, "has elements of type " + Describe.quoted(code) + ", which Tern lacks");
    }
    int[] shape = new int[sizes.size()];
    long numel = 1;
    boolean empty = false;
    for (int d = 0; d < shape.length; d++) {
      if (!(sizes.get(d) instanceof Long size) || size < 0 || size > Integer.MAX_VALUE) {
        throw refuse(name, "has a size that is not a whole number from 0 to 2^31 - 1");
      }
      shape[d] = size.intValue();
      empty |= size == 0;
      numel *= Math.max(size, 1);
      if (numel > Integer.MAX_VALUE || shape.length > MOST_DIMENSIONS) {
        throw refuse(name, "has more than 2^31 - 1 elements, or than 64 dimensions");
      }
    }
    long size = empty ? 0 : numel * dtype.bytes();
    if (from < 0 || to < from || to > end - start || to - from != size) {
      throw refuse(
          name,
          "of %s and %s wants %d bytes, got those from %d to %d of %d"
              .formatted(code, sizes, size, from, to, end - start));
    }
    return new Place(dtype, Shape.of(shape), new ByteRange(start + from, size, 0));
  }

  private static void checkCover(Map<String, Place> tensors, long start, long end)
      throws FormatException {
    List<ByteRange> ranges = new ArrayList<>();
    for (Place place : tensors.values()) {
      ranges.add(place.range);
    }
    ranges.sort(Comparator.comparingLong(ByteRange::offset).thenComparingLong(ByteRange::size));
    long covered = start;
    for (ByteRange range : ranges) {
      if (range.offset() != covered) {
        throw new FormatException(
            "tensors that overlap or leave a gap at byte " + Math.min(covered, range.offset()));
      }
      covered = range.end();
    }
    if (covered != end) {
      throw new FormatException(
          "its tensors end at byte %d, the file at %d".formatted(covered, end));
    }
  }

  private static FormatException refuse(String name, String why) {
    return new FormatException("tensor %s %s".formatted(Describe.quoted(name), why));
  }

  /** The header's bytes: the length, and the JSON padded with spaces to a multiple of 8. */
  byte[] encode() {
    StringBuilder json = new StringBuilder("{");
    if (!metadata.isEmpty()) {
      json.append(Json.quote(METADATA)).append(":{");
      metadata.forEach(
          (key, text) ->
              json.append(json.charAt(json.length() - 1) == '{' ? "" : ",")
                  .append(Json.quote(key))
                  .append(':')
                  .append(Json.quote(text)));
      json.append('}');
    }
    tensors.forEach(
        (name, place) ->
            json.append(json.length() == 1 ? "" : ",")
                .append(Json.quote(name))
                .append(":{\"dtype\":\"")
                .append(code(place.dtype))
                .append("\",\"shape\":")
                .append(place.shape.toString().replace(" ", ""))
                .append(",\"data_offsets\":[")
                .append(place.range.offset())
                .append(',')
                .append(place.range.end())
                .append("]}"));
    byte[] bytes = json.append('}').toString().getBytes(StandardCharsets.UTF_8);
    int padding = Math.floorMod(-bytes.length, 8);
    return json.append(" ".repeat(padding)).toString().getBytes(StandardCharsets.UTF_8);
  }

  static String code(DType dtype) {
    return switch (dtype) {
      case FLOAT32 -> "F32";
      case FLOAT64 -> "F64";
      case FLOAT16 -> "F16";
      case BFLOAT16 -> "BF16";
      case INT64 -> "I64";
      case INT32 -> "I32";
      case INT16 -> "I16";
      case INT8 -> "I8";
      case UINT8 -> "U8";
      case BOOL -> "BOOL";
    };
  }

  private static @Nullable DType dtype(String code) {
    for (DType dtype : DType.values()) {
      if (code(dtype).equals(code)) {
        return dtype;
      }
    }
    return null;
  }
}
