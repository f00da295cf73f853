package dev.tern.io;

import static dev.tern.io.TorchBytes.file;
import static dev.tern.io.TorchBytes.fileWith;
import static dev.tern.io.TorchBytes.patch;
import static dev.tern.io.TorchBytes.pickle;
import static dev.tern.io.TorchBytes.tensor;
import static dev.tern.io.TorchBytes.zip;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tern.Tensor;
import dev.tern.device.Device;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files made by hand to do harm. Each is refused for the reason it was made for. */
class HostileFilesTest {
  private static final String FITS = tensor(6, 0, "2,3", "3,1");

  @TempDir Path folder;

  private static void assertRefused(String why, byte[] file) {
    FormatException e =
        assertThrows(FormatException.class, () -> Checkpoint.load(file, Device.CPU));
    assertTrue(e.getMessage().contains(why), "expected '" + why + "', got: " + e.getMessage());
  }

  private Object object(byte[] bytes) throws IOException {
    Path file = Files.write(folder.resolve("file.pt"), bytes);
    return Checkpoint.loadObject(file, Device.CPU);
  }

  private void assertObjectRefused(String why, byte[] file) {
    FormatException e = assertThrows(FormatException.class, () -> object(file));
    assertTrue(e.getMessage().contains(why), "expected '" + why + "', got: " + e.getMessage());
  }

  @Test
  void theHarmlessFormOfTheseFilesLoads() throws IOException {
    Tensor loaded = Checkpoint.load(fileWith(FITS, 24), Device.CPU).get("x");
    assertEquals("[2, 3]", loaded.shape().toString());
  }

  @ParameterizedTest
  @CsvSource({
    "os,system",
    "posix,system",
    "builtins,eval",
    "__builtin__,eval",
    "builtins,getattr",
    "subprocess,Popen",
    "torch,load",
    "torch.hub,load",
    "numpy.core.multiarray,_reconstruct",
    "collections,OrderedDict.fromkeys",
    "torch._utils,_rebuild_tensor_v2.__globals__",
    "torch.storage,_load_from_bytes",
    "runpy,_run_code",
    "torch,Tensor"
  })
  void noNameRunsCode(String module, String name) {
    String call = "c:%s:%s ( X:true t R".formatted(module, name);
    assertRefused("global " + module + "." + name + " is not on the list", fileWith(call, 24));
    assertObjectRefused("global " + module + "." + name, file(pickle(call), 24));
  }

  @ParameterizedTest
  @CsvSource({
    "torch,ComplexFloatStorage,complex", "torch,QInt8Storage,quantised",
    "torch,QUInt4x2Storage,quantised", "torch._utils,_rebuild_qtensor,quantised",
    "torch._utils,_rebuild_sparse_csr_tensor,sparse", "torch._utils,_rebuild_tensor_v3,uint16",
    "__torch__.net,Net,TorchScript"
  })
  void whatTernLacksIsNamed(String module, String name, String why) {
    assertRefused(why, fileWith("c:%s:%s".formatted(module, name), 24));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "7| 0| 2,3| 3,1| wants 28 bytes, got 24",
        "5| 0| 2,3| 3,1| does not lie in its storage",
        "5| 0| 5| 1| wants 20 bytes, got 24",
        "6| 1| 2,3| 3,1| does not lie in its storage",
        "6| -1| 2,3| 3,1| does not lie in its storage",
        "6| 0| 2,3| 4,1| does not lie in its storage",
        "6| 5| 2,3| -3,1| does not lie in its storage",
        "6| 0| -2,-3| 3,1| does not lie in its storage",
        "6| 0| 2,3| 3| does not lie in its storage",
        "6| 7| 0| 1| does not lie in its storage",
        "6| 9223372036854775807| 2| 9223372036854775807| does not lie in its storage",
        "6| 0| 3| 9223372036854775807| does not lie in its storage",
        "6| 0| 4294967297| 1| does not lie in its storage",
        "6| 0| 65536,65536| 0,0| does not lie in its storage",
        "6| 0| 2147483647,2147483647,4| 0,0,0| does not lie in its storage",
        "6| 0| 2,2147483647| 2147483647,1| does not lie in its storage",
        "2147483647| 0| 2147483647| 1| wants 8589934588 bytes, got 24",
        "4294967302| 0| 6| 1| holds at most 2^31 - 1",
        "-6| 0| 6| 1| holds at most 2^31 - 1"
      })
  void tensorsLieInTheirStorage(long numel, long offset, String sizes, String strides, String why) {
    assertRefused(why, fileWith(tensor(numel, offset, sizes, strides), 24));
  }

  @Test
  void moreDimensionsThanPyTorchAllows() {
    String ones = "1" + ",1".repeat(64);
    assertRefused("more than 64 sizes", fileWith(tensor(6, 0, ones, ones), 24));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0x81",
        "o",
        "i",
        "0x82 0x01",
        "0x84 0x01 0x00 0x00 0x00",
        "0x93",
        "0x94",
        "0x95",
        "0x97",
        "P1\n",
        "I5\n",
        "S'x'\n",
        "V0\n",
        "g0\n",
        "0",
        "2",
        "d",
        "l",
        "0x00",
        "0xff",
        "0x8d"
      })
  void noOtherOpcodes(String opcodes) {
    FormatException e =
        assertThrows(
            FormatException.class, () -> Checkpoint.load(fileWith(") " + opcodes, 24), Device.CPU));
    assertTrue(e.getMessage().contains("opcode 0x") || e.getMessage().contains("NEWOBJ"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "R",
        "s",
        "u",
        "t",
        "e",
        "a",
        "b",
        "Q",
        "h 0x05",
        "j 0x05 0x00 0x00 0x00",
        "q 0x00",
        "(",
        "} ( X:a u",
        "] X:a s",
        "} X:a a",
        "} } b",
        "c:collections:OrderedDict ) R ) b",
        "} ) ) R s",
        "( X:storage t Q",
        "i:1 Q",
        "0x85",
        "( N 0x86",
        "c:torch._utils:_rebuild_tensor_v2 ) R",
        "c:torch._utils:_rebuild_parameter ) R",
        "c:torch.jit._pickle:build_intlist ) R",
        "c:collections:OrderedDict N 0x85 R",
        "c:collections:Counter ) R",
        "c:torch:Size N 0x85 R"
      })
  void damagedPickles(String words) {
    assertObjectRefused("", file(pickle(words), 24));
  }

  @Test
  void hugeStringsThatAreNotThere() {
    byte[] pickle = pickle("X:abc");
    for (long length : new long[] {4, 0x7fff_ffffL, 0xffff_ffffL}) {
      assertObjectRefused("bytes are announced", file(patch(pickle, 3, length), 24));
    }
    assertObjectRefused("announced", file(new byte[] {(byte) 0x80, 2, (byte) 0x8a, -1, 0}, 24));
    assertObjectRefused("announced", file(new byte[] {(byte) 0x80, 2, 'N'}, 24));
  }

  @Test
  void stringsThatAreNotUtf8() {
    byte[] pickle = pickle("X:abc");
    pickle[8] = (byte) 0xff;
    assertObjectRefused("not UTF-8", file(pickle, 24));
  }

  @Test
  void listsThatHoldThemselves() {
    assertObjectRefused("hold themselves", file(pickle("] q 0x00 h 0x00 a"), 24));
    assertObjectRefused("hold themselves", file(pickle("} q 0x00 X:me h 0x00 s"), 24));
    assertObjectRefused("hold themselves", file(pickle("] q 0x00 h 0x00 0x85 a"), 24));
    String dict = "c:collections:OrderedDict ) R q 0x00 } X:_metadata h 0x00 s b";
    assertObjectRefused("hold themselves", file(pickle(dict), 24));
  }

  @Test
  void deepNesting() throws IOException {
    assertObjectRefused("deep", file(pickle("]".repeat(100_000) + " a".repeat(99_999)), 24));
    object(file(pickle("]".repeat(100) + " a".repeat(99)), 24));
    assertObjectRefused("deep", file(pickle("]".repeat(102) + " a".repeat(101)), 24));
    StringBuilder recalled = new StringBuilder("N 0x85 q 0x00"); // each round two deeper
    for (int i = 0; i < 60; i++) {
      recalled.append(" 0x85 0x85 q 0x00");
    }
    assertObjectRefused("deep", file(pickle("( " + recalled + " h 0x00 t"), 24));
  }

  @Test
  void aBillionLaughs() {
    StringBuilder tuples = new StringBuilder("N N 0x86");
    for (int i = 0; i < 40; i++) { // 2^41 parts
      tuples.append(" q 0x00 h 0x00 0x86");
    }
    assertObjectRefused("parts", file(pickle(tuples.toString()), 24));
  }

  @Test
  void aKeyTwice() {
    assertObjectRefused("'a' occurs twice", file(pickle("} ( X:a N X:a N u"), 24));
    assertObjectRefused("'a' occurs twice", file(pickle("} X:a N s X:a N s"), 24));
  }

  @Test
  void keysThatTakeForeverToHash() {
    assertObjectRefused("a key that is neither", file(pickle("} ) N s"), 24));
    assertObjectRefused("a key that is neither", file(pickle("0x8f ( ] 0x90"), 24));
  }

  @Test
  void oneStorageUnderTwoTypes() {
    String other = FITS.replace("FloatStorage", "IntStorage");
    assertRefused("two types", file(pickle("} ( X:x " + FITS + " X:y " + other + " u"), 24));
    String larger = tensor(5, 0, "2", "1");
    assertRefused("or sizes", file(pickle("} ( X:x " + FITS + " X:y " + larger + " u"), 24));
  }

  @Test
  void aGradientForWholeNumbers() {
    String longs = FITS.replace("FloatStorage", "IntStorage").replace("0x89", "0x88");
    assertRefused("requires a gradient", fileWith(longs, 24));
  }

  @Test
  void aStorageOrAFunctionIsNoValue() {
    assertObjectRefused("save tensors", fileWith("c:collections:OrderedDict", 24));
    String storage = "( X:storage c:torch:FloatStorage X:0 X:cpu i:6 t Q";
    assertObjectRefused("save tensors", fileWith(storage, 24));
  }

  @Test
  void aStorageThatIsNotInTheFile() {
    assertRefused("is not in the file", fileWith(FITS.replace("X:0", "X:7"), 24));
    assertRefused("is not in the file", fileWith(FITS.replace("X:0", "X:../version"), 24));
  }

  @Test
  void otherProtocolsAndTrailingBytes() {
    byte[] pickle = pickle("}");
    byte[] four = pickle.clone();
    four[1] = 4;
    assertObjectRefused("protocol 4", file(four, 24));
    assertObjectRefused("more in data.pkl", file(Arrays.copyOf(pickle, pickle.length + 1), 24));
  }

  @Test
  void damagedOrCutShort() {
    byte[] whole = fileWith(FITS, 24);
    for (int length = 0; length < whole.length; length++) {
      byte[] cut = Arrays.copyOf(whole, length);
      assertThrows(FormatException.class, () -> Checkpoint.load(cut, Device.CPU));
    }
  }

  @Test
  void aFlippedBitShowsInTheChecksum() {
    byte[] whole = fileWith(FITS, 24);
    int payload = (TorchBytes.find(whole, "data/0", 0) + 63) / 64 * 64;
    whole[payload + 5] ^= 1;
    assertRefused("checksum", whole);
    byte[] other = fileWith(FITS, 24);
    other[TorchBytes.find(other, "storage", 0)] = 'S';
    assertRefused("data.pkl does not have its checksum", other);
  }

  @Test
  void zipsThatContradictThemselves() {
    byte[] whole = fileWith(FITS, 24);
    int pickle = TorchBytes.directory(whole, "data.pkl");
    int storage = TorchBytes.directory(whole, "data/0");
    int version = TorchBytes.directory(whole, "version");
    assertRefused("compressed", patch(whole, storage + 8, 0x0008_0808)); // method DEFLATED
    assertRefused("compressed", patch(whole, storage + 8, 0x0809)); // encrypted
    assertRefused("compressed", patch(whole, storage + 24, 1L << 30)); // a bomb's ratio
    assertRefused("lies outside", patch(patch(whole, storage + 20, 9999), storage + 24, 9999));
    assertRefused("overlaps", patch(whole, storage + 42, 0)); // the header of data.pkl
    assertRefused("lies outside", patch(whole, version + 42, 0x7fff_ffffL));
    byte[] renamed = whole.clone();
    renamed[TorchBytes.find(whole, "data/0", 0) + 5] = '1';
    assertRefused("another one in its own header", renamed);
    assertRefused("damaged", patch(whole, pickle, 0));
    int end = TorchBytes.find(whole, "PK\u0005\u0006", 0);
    assertRefused("contradict each other", patch(whole, end + 16, 1));
    assertRefused("several parts", patch(whole, end + 4, 1));
    int end64 = TorchBytes.find(whole, "PK\u0006\u0006", 0);
    assertRefused("contradict each other", patch(whole, end64 + 48, 0x1_0000));
    assertRefused("64-bit end", patch(whole, end64 + 64, 0x7fff_ffffL)); // its locator
  }

  @Test
  void anEntryTwice() {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    entries.put("data.pkl", pickle("} X:x " + FITS + " s"));
    entries.put("data/0", new byte[24]);
    entries.put("data/1", new byte[24]);
    byte[] twice = zip(entries);
    for (int at = TorchBytes.find(twice, "data/1", 0); at > 0; ) {
      twice[at + 5] = '0';
      try {
        at = TorchBytes.find(twice, "data/1", at);
      } catch (AssertionError e) {
        at = -1;
      }
    }
    assertRefused("'archive/data/0' occurs twice", twice);
  }

  @Test
  void otherZips() {
    assertRefused("0 entries FOLDER/data.pkl", zip(Map.of("model.json", new byte[3])));
    Map<String, byte[]> entries = new LinkedHashMap<>();
    entries.put("data.pkl", pickle("}"));
    for (String version : List.of("11", "-1", "", "three", "1".repeat(100))) {
      entries.put("version", version.getBytes(StandardCharsets.US_ASCII));
      assertRefused("format version", zip(entries));
    }
    entries.put("version", "3\n".getBytes(StandardCharsets.US_ASCII));
    entries.put("byteorder", "middle".getBytes(StandardCharsets.US_ASCII));
    assertRefused("byte order 'middle'", zip(entries));
  }

  @Test
  void otherFiles() {
    assertRefused("too few", new byte[0]);
    assertRefused("neither", "hello, world".getBytes(StandardCharsets.US_ASCII));
    assertRefused("no magic number", pickle("X:hello,world"));
    assertRefused("is damaged or cut short", "PK and no more".getBytes(StandardCharsets.US_ASCII));
    byte[] tar = new byte[1024];
    System.arraycopy("ustar".getBytes(StandardCharsets.US_ASCII), 0, tar, 257, 5);
    assertRefused("tar format", tar);
  }

  @Test
  void theOldFormat() throws IOException {
    Tensor tensor = Tensor.from(new float[] {1, 2, 3}, 3);
    byte[] whole = TorchBytes.legacy(Map.of("x", tensor));
    assertEquals(
        GoldenFolder.sha256(tensor),
        GoldenFolder.sha256(Checkpoint.load(whole, Device.CPU).get("x")));
    for (int length = 0; length < whole.length; length++) {
      byte[] cut = Arrays.copyOf(whole, length);
      assertThrows(FormatException.class, () -> Checkpoint.load(cut, Device.CPU));
    }
    assertRefused("its tensors expect 3", patch(whole, whole.length - 20, 4));
    assertRefused("its tensors expect 3", patch(whole, whole.length - 16, 1));
    byte[] big = whole.clone();
    big[TorchBytes.find(whole, "little_endian", 0) + "little_endian".length()] = (byte) 0x89;
    assertRefused("big-endian", big);
  }
}
