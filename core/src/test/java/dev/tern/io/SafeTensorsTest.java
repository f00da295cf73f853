package dev.tern.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tern.StateDict;
import dev.tern.Tensor;
import dev.tern.shape.View;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafeTensorsTest {
  @TempDir Path folder;

  /** A file of this header and so many bytes behind it. */
  static byte[] file(String header, int bytes) {
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(8 + json.length + bytes)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(json.length)
        .put(json)
        .array();
  }

  private StateDict read(byte[] bytes) throws IOException {
    Path file = Files.write(folder.resolve("file.safetensors"), bytes);
    try (SafeTensors lazy = SafeTensors.open(file)) {
      StateDict all = SafeTensors.read(file);
      assertEquals(new ArrayList<>(all.keySet()), new ArrayList<>(lazy.names()));
      for (String name : lazy.names()) {
        assertEquals(
            GoldenFolder.sha256(all.get(name)), GoldenFolder.sha256(lazy.tensor(name)), name);
        assertEquals(all.get(name).shape(), lazy.shape(name));
        assertEquals(all.get(name).dtype(), lazy.dtype(name));
      }
      return all;
    }
  }

  private void assertRefused(String why, byte[] bytes) {
    FormatException e = assertThrows(FormatException.class, () -> read(bytes));
    assertTrue(e.getMessage().contains(why), "expected '" + why + "', got: " + e.getMessage());
    assertTrue(e.getMessage().startsWith("file.safetensors: "), e.getMessage());
  }

  @Test
  void everyElementTypeComesBack() throws IOException {
    StateDict state = Checkpoint.load(GoldenFolder.pt().resolve("py210/dtypes.pt"));
    Path file = folder.resolve("all.safetensors");
    SafeTensors.write(state, Map.of("format", "pt", "quote\"", "line\nbreak \\ \u0001"), file);
    try (SafeTensors saved = SafeTensors.open(file)) {
      assertEquals(new ArrayList<>(state.keySet()), new ArrayList<>(saved.names()));
      assertEquals(Map.of("format", "pt", "quote\"", "line\nbreak \\ \u0001"), saved.metadata());
      for (String name : state.keySet()) {
        Tensor tensor = saved.tensor(name);
        assertEquals(state.get(name).dtype(), tensor.dtype(), name);
        assertEquals(state.get(name).shape(), tensor.shape(), name);
        assertEquals(GoldenFolder.sha256(state.get(name)), GoldenFolder.sha256(tensor), name);
      }
    }
    long header =
        ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN).getLong();
    assertEquals(0, header % 8);
  }

  @Test
  void theBytesAreTheFormats() throws IOException {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    tensors.put("flag", Tensor.ofBools(new boolean[] {true, false, true}, 3));
    Tensor matrix = Tensor.from(new float[] {1, 2, 3, 4}, 2, 2);
    tensors.put("t", Tensor.wrap(matrix.storage(), View.dense(matrix.shape()).permute(1, 0)));
    Path file = folder.resolve("two.safetensors");
    SafeTensors.write(tensors, file);
    String json =
        "{\"flag\":{\"dtype\":\"BOOL\",\"shape\":[3],\"data_offsets\":[16,19]},"
            + "\"t\":{\"dtype\":\"F32\",\"shape\":[2,2],\"data_offsets\":[0,16]}}";
    json += " ".repeat(Math.floorMod(-json.length(), 8));
    byte[] wanted = file(json, 19);
    ByteBuffer.wrap(wanted)
        .order(ByteOrder.LITTLE_ENDIAN)
        .position(wanted.length - 19)
        .putFloat(1)
        .putFloat(3)
        .putFloat(2)
        .putFloat(4)
        .put(new byte[] {1, 0, 1});
    assertArrayEquals(wanted, Files.readAllBytes(file));
  }

  @Test
  void nothingAndEmptyTensors() throws IOException {
    assertEquals(Map.of(), read(file("{}", 0)));
    StateDict empty =
        read(
            file(
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[0,3],\"data_offsets\":[0,0]},"
                    + "\"b\":{\"dtype\":\"U8\",\"shape\":[],\"data_offsets\":[0,1]}}   ",
                1));
    assertEquals("[0, 3]", empty.get("a").shape().toString());
    assertEquals("[]", empty.get("b").shape().toString());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "F32| [2]| [0,8]| 9| end at byte",
        "F32| [2]| [0,8]| 7| wants 8 bytes",
        "F32| [2]| [0,4]| 4| wants 8 bytes",
        "F32| [2]| [1,9]| 9| overlap or leave a gap",
        "F32| [2]| [8,0]| 8| wants 8 bytes",
        "F32| [2]| [-8,0]| 8| wants 8 bytes",
        "F32| [-2]| [0,8]| 8| not a whole number",
        "F32| [2.0]| [0,8]| 8| not a whole number",
        "F32| [4294967298]| [0,8]| 8| not a whole number",
        "F32| [65536,65536]| [0,0]| 0| more than 2^31 - 1",
        "F32| [2147483647,2147483647,4]| [0,8]| 8| more than 2^31 - 1",
        "F64| [2147483647]| [0,17179869176]| 8| wants 17179869176 bytes",
        "F32| [2]| [0,9223372036854775807]| 8| wants 8 bytes",
        "F32| [2]| [0,9223372036854775808]| 8| larger than 64 bits",
        "F32| [2]| [0,8,8]| 8| two data_offsets",
        "F32| 2| [0,8]| 8| two data_offsets",
        "F32| [2,]| [0,8]| 8| where a value should be",
        "F32| [02]| [0,8]| 8| where a value should be",
        "U16| [4]| [0,8]| 8| which Tern lacks",
        "F8_E4M3| [8]| [0,8]| 8| which Tern lacks",
        "C64| [1]| [0,8]| 8| which Tern lacks"
      })
  void tensorsThatDoNotFit(String dtype, String shape, String offsets, int bytes, String why) {
    String json = "{\"x\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":%s}}";
    assertRefused(why, file(json.formatted(dtype, shape, offsets), bytes));
  }

  @Test
  void headersThatDoNotFit() throws IOException {
    String tensor = "{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}";
    assertEquals(1, read(file("{\"x\":" + tensor + "}", 1)).size());
    assertRefused("'x' occurs twice", file("{\"x\":" + tensor + ",\"x\":" + tensor + "}", 1));
    assertRefused("overlap", file("{\"x\":" + tensor + ",\"y\":" + tensor + "}", 2));
    assertRefused("nothing else", file("{\"x\":" + tensor.replace("}", ",\"a\":1}") + "}", 1));
    assertRefused("is not an object", file("{\"x\":1}", 0));
    assertRefused("strings to strings", file("{\"__metadata__\":{\"a\":1}}", 0));
    assertRefused("begins with {", file("  {}", 0));
    assertRefused("begins with {", file("[]", 0));
    assertRefused("the end", file("{}{}", 0));
    assertRefused("not UTF-8", file("{}", 0, (byte) 0xff));
    assertRefused("length of its header", new byte[7]);
    assertRefused("length of its header", new byte[0]);
    for (long length : new long[] {0, 1, 3, 100_000_001, Long.MAX_VALUE, -1, Long.MIN_VALUE}) {
      byte[] bytes = file("{}", 0);
      ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(length);
      assertRefused("length of its header", bytes);
    }
    byte[] whole = file("{\"x\":" + tensor + "}", 1);
    for (int length = 0; length < whole.length; length++) {
      byte[] cut = Arrays.copyOf(whole, length);
      assertThrows(FormatException.class, () -> read(cut));
    }
  }

  private static byte[] file(String header, int bytes, byte instead) {
    byte[] file = file(header, bytes);
    file[9] = instead;
    return file;
  }

  @Test
  void namesThatAreNotThere() throws IOException {
    Path file = Files.write(folder.resolve("none.safetensors"), file("{}", 0));
    SafeTensors closed = SafeTensors.open(file);
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> closed.tensor("x"));
    assertTrue(e.getMessage().startsWith("none.safetensors has no tensor 'x'"), e.getMessage());
    closed.close();
    assertThrows(
        IllegalArgumentException.class,
        () -> SafeTensors.write(Map.of("__metadata__", Tensor.of(1f)), file));
  }

  @Test
  void json() throws IOException {
    assertEquals(
        Arrays.asList(
            1L, -0.5, 1e300, "a/\"\\\b\f\n\r\tß😀", true, false, null, Map.of(), List.of()),
        Json.parse(
            " [1, -0.5,1e300 ,\"a\\/\\\"\\\\\\b\\f\\n\\r\\t\\u00df\\ud83d\\ude00\",true,false,null,{},[]]\n"));
    for (String broken :
        List.of(
            "",
            "[",
            "]",
            "[1",
            "[1,]",
            "{",
            "{\"a\"}",
            "{\"a\":}",
            "{\"a\":1,}",
            "{a:1}",
            "01",
            "1.",
            ".5",
            "+1",
            "1e",
            "nul",
            "True",
            "'a'",
            "\"a",
            "\"\\x\"",
            "\"\\u12\"",
            "\"\\u+123\"",
            "\"\n\"",
            "\"\\ud800\"",
            "\"\\ude00\\ud83d\"",
            "NaN",
            "1 2",
            "9223372036854775808",
            "1".repeat(101),
            "[".repeat(100_000),
            "{\"a\":1,\"a\":1}")) {
      assertThrows(FormatException.class, () -> Json.parse(broken), broken);
    }
  }
}
