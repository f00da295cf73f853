package dev.tern.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tern.Parameter;
import dev.tern.StateDict;
import dev.tern.Tensor;
import dev.tern.Tuple;
import dev.tern.device.Device;
import dev.tern.shape.DType;
import dev.tern.shape.View;
import java.io.IOException;
import java.math.BigInteger;
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
import org.junit.jupiter.params.provider.ValueSource;

/** What is saved is what PyTorch would have saved, and comes back. */
class CheckpointSaveTest {
  @TempDir Path folder;

  /**
   * Loaded and saved again, a file of PyTorch 2.10's is the same to the byte, but for its identity.
   */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "dtypes",
        "nested",
        "state_dict_bn",
        "optimizer_adam",
        "many_dict",
        "tied",
        "parameter",
        "values"
      })
  void theBytesArePythons(String name) throws IOException {
    Path python = GoldenFolder.pt().resolve("py210/" + name + ".pt");
    Path ours = folder.resolve(name + ".pt");
    Checkpoint.save(map(Checkpoint.loadObject(python, Device.CPU)), ours);
    byte[] wanted = withoutIdentity(python);
    byte[] saved = withoutIdentity(ours);
    int differs = Arrays.mismatch(wanted, saved);
    assertEquals(-1, differs, "first difference at byte " + differs);
  }

  /** The bytes of a file with the 40 digits of its identity, and their checksums, put to 0. */
  private static byte[] withoutIdentity(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    ByteRange digits;
    String entry;
    try (ByteSource source = ByteSource.of(bytes)) {
      Map<String, ByteRange> entries = ZipDirectory.read(source);
      entry =
          entries.keySet().stream()
              .filter(n -> n.endsWith("/.data/serialization_id"))
              .findFirst()
              .orElseThrow();
      digits = entries.get(entry);
    }
    assertTrue(text.substring((int) digits.offset(), (int) digits.end()).matches("[0-9]{40}"));
    int directory = text.lastIndexOf(entry) - 46;
    Arrays.fill(bytes, (int) digits.offset(), (int) digits.end() + 8, (byte) 0);
    Arrays.fill(bytes, directory + 16, directory + 20, (byte) 0);
    return bytes;
  }

  @SuppressWarnings("unchecked") // every file here holds a dict with strings for keys
  private static Map<String, ?> map(Object loaded) {
    return (Map<String, ?>) loaded;
  }

  private Map<String, ?> saved(Map<String, ?> values) throws IOException {
    Path file = folder.resolve("saved.pt");
    Checkpoint.save(values, file);
    return map(Checkpoint.loadObject(file, Device.CPU));
  }

  @Test
  void everyElementTypeComesBack() throws IOException {
    StateDict state = Checkpoint.load(GoldenFolder.pt().resolve("py210/dtypes.pt"));
    assertEquals(10, state.values().stream().map(Tensor::dtype).distinct().count());
    Path file = folder.resolve("all.pt");
    Checkpoint.save(state, file);
    StateDict loaded = Checkpoint.load(file);
    assertEquals(new ArrayList<>(state.keySet()), new ArrayList<>(loaded.keySet()));
    for (String name : state.keySet()) {
      assertEquals(state.get(name).dtype(), loaded.get(name).dtype(), name);
      assertEquals(state.get(name).shape(), loaded.get(name).shape(), name);
      assertEquals(
          GoldenFolder.sha256(state.get(name)), GoldenFolder.sha256(loaded.get(name)), name);
    }
  }

  @Test
  void plainValuesComeBack() throws IOException {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("whole", new ArrayList<>(List.of(0L, 255L, 256L, 65536L, -1L, 1L << 40)));
    values.put("limits", List.of(Long.MIN_VALUE, Long.MAX_VALUE, BigInteger.ONE.shiftLeft(200)));
    values.put("floats", List.of(0.1, -0.0, Double.NaN, Double.NEGATIVE_INFINITY));
    values.put("tuple", Tuple.of(1L, "a", null, true, 2.5));
    values.put("none", null);
    values.put("keys", new LinkedHashMap<>(Map.of(7L, List.of(), -1L, Map.of())));
    values.put("text", "😀\n\"ключ\"\u0000");
    Map<String, ?> loaded = saved(values);
    assertEquals(values, loaded);
    assertEquals(new ArrayList<>(values.keySet()), new ArrayList<>(loaded.keySet()));
    assertInstanceOf(Tuple.class, loaded.get("tuple"));
    assertFalse(loaded.get("floats") instanceof Tuple);
  }

  @Test
  void intsAndFloatsComeBackWider() throws IOException {
    assertEquals(Map.of("epoch", 3L, "lr", (double) 0.5f), saved(Map.of("epoch", 3, "lr", 0.5f)));
  }

  @Test
  void aThousandAndOneEntriesTakeSeveralBatches() throws IOException {
    for (int count : new int[] {1, 2, 999, 1000, 1001, 2000, 2001}) {
      Map<String, Object> values = new LinkedHashMap<>();
      List<Object> list = new ArrayList<>();
      for (long i = 0; i < count; i++) {
        values.put("key" + i, i);
        list.add(i);
      }
      values.put("list", list);
      assertEquals(values, saved(values));
    }
  }

  @Test
  void tensorsThatShareMemoryShareItThereToo() throws IOException {
    Tensor base = Tensor.from(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
    Tensor column = Tensor.wrap(base.storage(), View.dense(base.shape()).select(1, 2));
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("base", base);
    values.put("column", column);
    values.put("again", base);
    values.put("other", Tensor.from(new float[] {1, 2, 3, 4, 5, 6}, 2, 3));
    Map<String, ?> loaded = saved(values);
    Tensor loadedBase = (Tensor) loaded.get("base");
    Tensor loadedColumn = (Tensor) loaded.get("column");
    assertSame(loadedBase, loaded.get("again"));
    assertSame(loadedBase.storage(), loadedColumn.storage());
    assertNotSame(loadedBase.storage(), ((Tensor) loaded.get("other")).storage());
    assertArrayEquals(new float[] {3, 6}, loadedColumn.toFloatArray());
  }

  @Test
  void aStateDictIsSavedWithoutTheWishForGradients() throws IOException {
    Parameter weight = new Parameter(Tensor.of(1f, 2f));
    StateDict state = new StateDict();
    state.put("weight", weight);
    state.put("tied", weight);
    state.metadata().put("", Map.of("version", 1L));
    Map<String, ?> loaded = saved(Map.of("state", state, "alone", weight));
    StateDict back = assertInstanceOf(StateDict.class, loaded.get("state"));
    assertFalse(back.get("weight").requiresGrad());
    assertSame(back.get("weight"), back.get("tied"));
    assertEquals(Map.of("", Map.of("version", 1L)), back.metadata());
    Parameter alone = assertInstanceOf(Parameter.class, loaded.get("alone"));
    assertTrue(alone.requiresGrad());
    assertSame(alone.storage(), back.get("weight").storage());
    assertTrue(weight.requiresGrad(), "saving changes nothing");
  }

  @Test
  void emptyTensorsAndSingleNumbers() throws IOException {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("empty", Tensor.zeros(0, 3));
    values.put("single", Tensor.from(new float[] {2.5f}));
    values.put("flag", Tensor.ofBools(new boolean[] {true, false}, 2));
    Map<String, ?> loaded = saved(values);
    assertEquals("[0, 3]", ((Tensor) loaded.get("empty")).shape().toString());
    assertEquals("[]", ((Tensor) loaded.get("single")).shape().toString());
    assertArrayEquals(new byte[] {1, 0}, bytes((Tensor) loaded.get("flag")));
  }

  private static byte[] bytes(Tensor tensor) throws IOException {
    assertEquals(DType.BOOL, tensor.dtype());
    byte[] all = new byte[tensor.numel()];
    Elements.save(tensor.data(), buffer -> buffer.get(all));
    return all;
  }

  @Test
  void whatHasNoFormThereIsNamedAndTheOldFileStays() throws IOException {
    Path file = folder.resolve("old.pt");
    Files.writeString(file, "old");
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () -> Checkpoint.save(Map.of("a", Map.of("b", List.of(1, new Object()))), file));
    assertTrue(e.getMessage().contains("'a/b/1' is a java.lang.Object"), e.getMessage());
    List<Object> endless = new ArrayList<>();
    endless.add(endless);
    e =
        assertThrows(
            IllegalArgumentException.class, () -> Checkpoint.save(Map.of("list", endless), file));
    assertTrue(e.getMessage().contains("hold"), e.getMessage());
    assertThrows(
        IllegalArgumentException.class,
        () -> Checkpoint.save(Map.of("map", Map.of(List.of(1), 2)), file));
    assertEquals("old", Files.readString(file));
    assertEquals(List.of(file), files());
  }

  private List<Path> files() throws IOException {
    try (var listed = Files.list(folder)) {
      return listed.sorted().toList();
    }
  }
}
