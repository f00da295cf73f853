package dev.tern.io;

import dev.tern.shape.DType;
import dev.tern.shape.Shape;
import dev.tern.shape.Sizes;
import dev.tern.shape.View;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The header of an array in NumPy's format, checked against the bytes behind it.
 *
 * @param dtype the type of its elements
 * @param order their byte order
 * @param view how they lie
 * @param range where they are
 */
record NpyHeader(DType dtype, ByteOrder order, View view, ByteRange range) {
  private static final int FIXED = 10; // magic, version, and the length of version 1
  private static final long MAGIC = 0x59504d554e93L; // \x93NUMPY, little-endian
  private static final int LONGEST = 0xffff;
  private static final int MOST_DIMENSIONS = 64;
  private static final int ALIGNMENT = 64;

  /** One of the three items of the Python dict that the header is. */
  private static final Pattern ITEM =
      Pattern.compile(
          "['\"](descr|fortran_order|shape)['\"] ?: ?"
              + "(?:['\"]([^'\"]{1,16})['\"]|(True|False)|\\(([0-9, ]{0,2000})\\))(?:, ?|(?=\\}))");

  /**
   * Reads and checks a header.
   *
   * @param start where the array begins in the source
   * @param end one past its last byte
   * @throws FormatException if it is damaged, or holds what Tern lacks
   */
  static NpyHeader read(ByteSource source, long start, long end) throws IOException {
    if (end - start < FIXED) {
      throw source.refuse("an array of NumPy's has at least " + FIXED + " bytes");
    }
    ByteBuffer head = source.read(start, FIXED);
    int version = head.get(6);
    if ((head.getLong(0) & 0xffff_ffff_ffffL) != MAGIC || version < 1 || version > 3) {
      throw source.refuse("no array in NumPy's format, versions 1 to 3");
    }
    ByteCursor in = new ByteCursor(source, start + 8, end);
    long length = version == 1 ? in.u16() : in.u32();
    if (length > LONGEST) {
      throw source.refuse("a header of " + length + " bytes; a plain array needs fewer");
    }
    String text = in.utf8(length).strip();
    Map<String, String> items = items(text);
    String descr = items.get("descr");
    String fortran = items.get("fortran_order");
    String shape = items.get("shape");
    if (descr == null || fortran == null || shape == null) {
      throw source.refuse(
          "a header that is not {'descr': ..., 'fortran_order': ..., 'shape': ...}, but %s"
              .formatted(Describe.quoted(text)));
    }
    DType dtype = dtype(descr);
    if (dtype == null) {
      throw source.refuse(
          "elements of NumPy's type %s, which Tern lacks".formatted(Describe.quoted(descr)));
    }
    ByteOrder order = descr.charAt(0) == '>' ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
    int[] sizes = sizes(source, shape);
    Shape checked = checked(source, sizes);
    long size = (long) checked.numel() * dtype.bytes();
    if (in.remaining() != size) {
      throw source.refuse(
          "%s of %s wants %d bytes, got %d".formatted(checked, dtype, size, in.remaining()));
    }
    View view = fortran.equals("True") ? columnMajor(checked) : View.dense(checked);
    return new NpyHeader(dtype, order, view, new ByteRange(in.position(), size, 0));
  }

  private static Map<String, String> items(String text) {
    Map<String, String> items = new HashMap<>();
    if (!text.startsWith("{") || !text.endsWith("}")) {
      return items;
    }
    Matcher item = ITEM.matcher(text).region(1, text.length());
    while (item.lookingAt()) {
      String value = item.group(2) != null ? item.group(2) : item.group(3);
      boolean fits =
          switch (item.group(1)) {
            case "descr" -> item.group(2) != null;
            case "shape" -> item.group(4) != null;
            default -> item.group(3) != null;
          };
      if (!fits || items.put(item.group(1), value != null ? value : item.group(4)) != null) {
        return Map.of();
      }
      item.region(item.end(), text.length());
    }
    boolean whole = text.substring(item.regionStart(), text.length() - 1).isBlank();
    return whole ? items : Map.of();
  }

  private static int[] sizes(ByteSource source, String shape) throws FormatException {
    String list = shape.strip();
    if (list.isEmpty()) {
      return new int[0];
    }
    String[] numbers =
        (list.endsWith(",") ? list.substring(0, list.length() - 1) : list).split(",", -1);
    int[] sizes = new int[numbers.length];
    for (int d = 0; d < sizes.length; d++) {
      String number = numbers[d].strip();
      if (!number.matches("0|[1-9][0-9]{0,9}") || Long.parseLong(number) > Integer.MAX_VALUE) {
        throw source.refuse(
            "the size %s; Tern's are from 0 to 2^31 - 1".formatted(Describe.quoted(number)));
      }
      sizes[d] = Integer.parseInt(number);
    }
    return sizes;
  }

  private static Shape checked(ByteSource source, int[] sizes) throws FormatException {
    long numel = 1;
    for (int size : sizes) {
      numel *= Math.max(size, 1);
      if (numel > Integer.MAX_VALUE || sizes.length > MOST_DIMENSIONS) {
        throw source.refuse("more than 2^31 - 1 elements, or than 64 dimensions");
      }
    }
    return Shape.of(sizes);
  }

  private static View columnMajor(Shape shape) {
    int[] strides = new int[shape.rank()];
    int stride = 1;
    for (int d = 0; d < strides.length; d++) {
      strides[d] = stride;
      stride *= Math.max(shape.size(d), 1);
    }
    return View.strided(shape, strides, 0);
  }

  /** The bytes in front of a dense array's elements, as NumPy writes them. */
  static byte[] encode(DType dtype, Shape shape) {
    String dict =
        "{'descr': '%s', 'fortran_order': False, 'shape': %s, }"
            .formatted(descr(dtype), Sizes.tuple(shape.toArray()));
    int length = dict.length() + 1 + Math.floorMod(-(FIXED + dict.length() + 1), ALIGNMENT);
    String padded = dict + " ".repeat(length - dict.length() - 1) + "\n";
    return ByteBuffer.allocate(FIXED + length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(MAGIC | 1L << 48) // version 1.0
        .putShort((short) length)
        .put(padded.getBytes(StandardCharsets.US_ASCII))
        .array();
  }

  /** NumPy's name of an element type. */
  private static String descr(DType dtype) {
    return switch (dtype) {
      case FLOAT32 -> "<f4";
      case FLOAT64 -> "<f8";
      case FLOAT16 -> "<f2";
      case INT64 -> "<i8";
      case INT32 -> "<i4";
      case INT16 -> "<i2";
      case INT8 -> "|i1";
      case UINT8 -> "|u1";
      case BOOL -> "|b1";
      case BFLOAT16 ->
          throw new IllegalArgumentException("NumPy has no bfloat16; save it cast to FLOAT32");
    };
  }

  private static @Nullable DType dtype(String descr) {
    String little = descr.charAt(0) == '>' ? '<' + descr.substring(1) : descr;
    for (DType dtype : DType.values()) {
      if (dtype != DType.BFLOAT16 && descr(dtype).equals(little)) {
        return dtype;
      }
    }
    return null;
  }
}
