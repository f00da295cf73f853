package dev.tern.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tern.StateDict;
import dev.tern.Tensor;
import dev.tern.device.Device;
import dev.tern.shape.DType;
import dev.tern.shape.View;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The constants are files that NumPy 1.24 wrote. */
class NpyTest {
  private static final String FORTRAN =
      "k05VTVBZAQB2AHsnZGVzY3InOiAnPGY4JywgJ2ZvcnRyYW5fb3JkZXInOiBUcnVlLCAnc2"
          + "hhcGUnOiAoMiwgMyksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg"
          + "ICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAAAAAAAAAAAAAPg/AAAAAAAA4D8AAAAAAA"
          + "AAQAAAAAAAAPA/AAAAAAAABEA=";

  private static final String SHORTS =
      "k05VTVBZAQB2AHsnZGVzY3InOiAnPGkyJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3"
          + "NoYXBlJzogKDMsKSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg"
          + "ICAgICAgICAgICAgICAgICAgICAgIAoBAP7/AwA=";

  private static final String SINGLE =
      "k05VTVBZAQB2AHsnZGVzY3InOiAnPGY0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3"
          + "NoYXBlJzogKCksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg"
          + "ICAgICAgICAgICAgICAgICAgICAgIAoAACBA";

  private static final String OBJECTS =
      "k05VTVBZAQB2AHsnZGVzY3InOiAnfE8nLCAnZm9ydHJhbl9vcmRlcic6IEZhbHNlLCAnc2"
          + "hhcGUnOiAoMSwpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg"
          + "ICAgICAgICAgICAgICAgICAgICAgIAqAA2NudW1weS5jb3JlLm11bHRpYXJyYXkKX3JlY2"
          + "9uc3RydWN0CnEAY251bXB5Cm5kYXJyYXkKcQFLAIVxAkMBYnEDh3EEUnEFKEsBSwGFcQZj"
          + "bnVtcHkKZHR5cGUKcQdYAgAAAE84cQiJiIdxCVJxCihLA1gBAAAAfHELTk5OSv////9K//"
          + "///0s/dHEMYoldcQ1OYXRxDmIu";

  private static final String TWO =
      "UEsDBBQAAAAAAAAAIQBO+yB1kAAAAJAAAAAFABQAdy5ucHkBABAAkAAAAAAAAACQAAAAAA"
          + "AAAJNOVU1QWQEAdgB7J2Rlc2NyJzogJzxmNCcsICdmb3J0cmFuX29yZGVyJzogRmFsc2Us"
          + "ICdzaGFwZSc6ICgyLCAyKSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIC"
          + "AgICAgICAgICAgICAgICAgICAgICAgICAKAACAPwAAAEAAAEBAAACAQFBLAwQUAAAAAAAA"
          + "ACEA7hm7XYIAAACCAAAACAAUAGZsYWcubnB5AQAQAIIAAAAAAAAAggAAAAAAAACTTlVNUF"
          + "kBAHYAeydkZXNjcic6ICd8YjEnLCAnZm9ydHJhbl9vcmRlcic6IEZhbHNlLCAnc2hhcGUn"
          + "OiAoMiwpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIC"
          + "AgICAgICAgICAgICAgICAgCgEAUEsBAhQDFAAAAAAAAAAhAE77IHWQAAAAkAAAAAUAAAAA"
          + "AAAAAAAAAIABAAAAAHcubnB5UEsBAhQDFAAAAAAAAAAhAO4Zu12CAAAAggAAAAgAAAAAAA"
          + "AAAAAAAIABxwAAAGZsYWcubnB5UEsFBgAAAAACAAIAaQAAAIMBAAAAAA==";

  private static final String COMPRESSED =
      "UEsDBBQAAAAIAAAAIQCMY8gyRwAAAJAAAAAFABQAdy5ucHkBABAAkAAAAAAAAABHAAAAAA"
          + "AAAJvsF+obEMnIUMZQrZ6SWpxcpG6loG6TZqKuo6Cell9UUpSYF59flJIKEndLzClOBYoX"
          + "ZyQWpAL5GiY6mjoKtQoUAC4GNAAAUEsBAhQDFAAAAAgAAAAhAIxjyDJHAAAAkAAAAAUAAA"
          + "AAAAAAAAAAAIABAAAAAHcubnB5UEsFBgAAAAABAAEAMwAAAH4AAAAAAA==";

  @TempDir Path folder;

  private static byte[] bytes(String base64) {
    return Base64.getDecoder().decode(base64);
  }

  private Path file(byte[] bytes) throws IOException {
    return Files.write(folder.resolve("file.npy"), bytes);
  }

  private static byte[] replaced(String base64, String text, String by) {
    assertEquals(text.length(), by.length(), "the header keeps its length");
    String latin = new String(bytes(base64), StandardCharsets.ISO_8859_1);
    assertTrue(latin.contains(text));
    return latin.replace(text, by).getBytes(StandardCharsets.ISO_8859_1);
  }

  @Test
  void numPysArrays() throws IOException {
    Tensor fortran = Npy.read(file(bytes(FORTRAN)));
    assertEquals("[2, 3]", fortran.shape().toString());
    assertArrayEquals(new double[] {0, 0.5, 1, 1.5, 2, 2.5}, fortran.toDoubleArray());
    Tensor shorts = Npy.read(file(bytes(SHORTS)));
    assertEquals(DType.INT16, shorts.dtype());
    assertArrayEquals(new double[] {1, -2, 3}, shorts.toDoubleArray());
    Tensor bigEndian = Npy.read(file(replaced(SHORTS, "<i2", ">i2")));
    assertArrayEquals(new double[] {256, -257, 768}, bigEndian.toDoubleArray());
    Tensor single = Npy.read(file(bytes(SINGLE)));
    assertEquals("[]", single.shape().toString());
    assertArrayEquals(new double[] {2.5}, single.toDoubleArray());
  }

  @Test
  void numPysArchives() throws IOException {
    StateDict arrays = Npy.readAll(file(bytes(TWO)), Device.CPU);
    assertEquals(List.of("w", "flag"), new ArrayList<>(arrays.keySet()));
    assertArrayEquals(new double[] {1, 2, 3, 4}, arrays.get("w").toDoubleArray());
    assertEquals("[2, 2]", arrays.get("w").shape().toString());
    assertEquals(DType.BOOL, arrays.get("flag").dtype());
    assertRefused("compressed", bytes(COMPRESSED), true);
  }

  @Test
  void theBytesAreNumPys() throws IOException {
    Path file = folder.resolve("saved.npy");
    for (String original : List.of(SHORTS, SINGLE)) {
      Npy.write(Npy.read(file(bytes(original))), file);
      assertArrayEquals(bytes(original), Files.readAllBytes(file));
    }
  }

  @Test
  void whatIsWrittenIsRead() throws IOException {
    Map<String, Tensor> state =
        new LinkedHashMap<>(Checkpoint.load(GoldenFolder.pt().resolve("py210/dtypes.pt")));
    Tensor bfloat16 = state.remove("bfloat16");
    Path file = folder.resolve("all.npz");
    Npy.writeAll(state, file);
    StateDict loaded = Npy.readAll(file, Device.CPU);
    assertEquals(new ArrayList<>(state.keySet()), new ArrayList<>(loaded.keySet()));
    for (String name : state.keySet()) {
      assertEquals(state.get(name).dtype(), loaded.get(name).dtype(), name);
      assertEquals(state.get(name).shape(), loaded.get(name).shape(), name);
      assertEquals(
          GoldenFolder.sha256(state.get(name)), GoldenFolder.sha256(loaded.get(name)), name);
    }
    Path none = folder.resolve("none.npy");
    assertThrows(IllegalArgumentException.class, () -> Npy.write(bfloat16, none));
    assertThrows(IllegalArgumentException.class, () -> Npy.writeAll(Map.of("x", bfloat16), none));
    assertFalse(Files.exists(none));
  }

  @Test
  void viewsAreWrittenDense() throws IOException {
    Tensor matrix = Tensor.from(new float[] {1, 2, 3, 4}, 2, 2);
    Path file = folder.resolve("view.npy");
    Npy.write(Tensor.wrap(matrix.storage(), View.dense(matrix.shape()).permute(1, 0)), file);
    assertArrayEquals(new double[] {1, 3, 2, 4}, Npy.read(file).toDoubleArray());
  }

  private void assertRefused(String why, byte[] bytes, boolean archive) throws IOException {
    Path file = file(bytes);
    FormatException e =
        assertThrows(
            FormatException.class,
            () -> {
              if (archive) {
                Npy.readAll(file, Device.CPU);
              } else {
                Npy.read(file);
              }
            });
    assertTrue(e.getMessage().contains(why), "expected '" + why + "', got: " + e.getMessage());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "(3,)      | (4,)      | wants 8 bytes, got 6",
        "(3,)      | (2,)      | wants 4 bytes, got 6",
        "(3,), }   | (-3,), }  | a header that is not",
        "(3,), }   | (3,)  ,   | a header that is not",
        "(3,), }   | (03,), }  | the size '03'",
        "(3,), }   | (3,,), }  | the size ''",
        "(3,), }   | ([3]), }  | a header that is not",
        "(3,), }         | (4294967297,), }| the size '4294967297'",
        "(3,), }             | (65536,65536,4), }  | more than 2^31 - 1",
        "'<i2'     | '<c8'     | '<c8', which Tern lacks",
        "'<i2'     | '<u2'     | '<u2', which Tern lacks",
        "'<i2'     | '<O8'     | '<O8', which Tern lacks",
        "'<i2'     | [[0]]     | a header that is not",
        "'descr':  | 'shape':  | a header that is not",
        "False     | 'Yes'     | a header that is not"
      })
  void headersThatDoNotFit(String text, String by, String why) throws IOException {
    int length = Math.max(text.length(), by.length());
    String from = text + " ".repeat(length - text.length());
    assertRefused(why, replaced(SHORTS, from, by + " ".repeat(length - by.length())), false);
  }

  @Test
  void hostileFiles() throws IOException {
    assertRefused("'|O', which Tern lacks", bytes(OBJECTS), false);
    byte[] whole = bytes(SHORTS);
    for (int length = 0; length < whole.length; length++) {
      assertRefused("", Arrays.copyOf(whole, length), false);
    }
    assertRefused("wants 6 bytes, got 7", Arrays.copyOf(whole, whole.length + 1), false);
    byte[] other = whole.clone();
    other[0] = 'N';
    assertRefused("no array", other, false);
    other = whole.clone();
    other[6] = 4;
    assertRefused("no array", other, false);
    other[6] = 2; // the length has four bytes then, two of them the beginning of the dict
    assertRefused("a header of", other, false);
    other[6] = 1;
    other[9] = 0x7f;
    assertRefused("are announced", other, false);
    byte[] archive = bytes(TWO);
    for (int length = 0; length < archive.length; length++) {
      assertRefused("", Arrays.copyOf(archive, length), true);
    }
    assertRefused("is not an array", replaced(TWO, "w.npy", "w.txt"), true);
  }
}
