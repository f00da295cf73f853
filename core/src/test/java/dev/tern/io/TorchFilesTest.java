package dev.tern.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tern.Parameter;
import dev.tern.StateDict;
import dev.tern.Tensor;
import dev.tern.device.Cuda;
import dev.tern.device.Device;
import dev.tern.shape.DeviceException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What PyTorch wrote is read as its manifest says. */
class TorchFilesTest {
  @Test
  void everyFileGivesWhatItsManifestSays() throws IOException {
    Path folder = GoldenFolder.chosenPt();
    List<String> failures = new ArrayList<>();
    List<?> cases = (List<?>) Json.parse(Files.readString(folder.resolve("manifest.json")));
    for (Object entry : cases) {
      Map<?, ?> described = (Map<?, ?>) entry;
      String file = (String) described.get("file");
      try {
        check(folder.resolve(file), (Map<?, ?>) described.get("expect"));
      } catch (IOException | AssertionError e) {
        failures.add(file + ": " + e);
      }
    }
    System.out.printf("pt %d/%d from %s%n", cases.size() - failures.size(), cases.size(), folder);
    assertFalse(cases.isEmpty(), "no case in " + folder);
    assertEquals(List.of(), failures);
  }

  private static void check(Path file, Map<?, ?> expected) throws IOException {
    Object loaded;
    try {
      loaded = Checkpoint.loadObject(file, Device.CPU);
    } catch (FormatException e) {
      Object refusal = expected.get("refuse");
      if (refusal != null) {
        assertTrue(e.getMessage().contains((String) refusal), e.getMessage());
        return;
      }
      throw e; // Tern reads what a reader may refuse
    }
    assertFalse(expected.containsKey("refuse"), "must be refused");
    Map<String, Object> tensors = new LinkedHashMap<>();
    Map<String, Object> values = new LinkedHashMap<>();
    flatten(null, loaded, tensors, values);
    assertEquals(expected.get("tensors"), tensors);
    Object wanted = expected.get("values");
    assertEquals(wanted == null ? Map.of() : wanted, values);
  }

  private static void flatten(
      String path, Object value, Map<String, Object> tensors, Map<String, Object> values)
      throws IOException {
    if (value instanceof Map<?, ?> map) {
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        flatten(below(path, entry.getKey()), entry.getValue(), tensors, values);
      }
    } else if (value instanceof List<?> list) {
      for (int i = 0; i < list.size(); i++) {
        flatten(below(path, i), list.get(i), tensors, values);
      }
    } else if (value instanceof Tensor tensor) {
      List<Object> shape = new ArrayList<>();
      for (int size : tensor.shape().toArray()) {
        shape.add((long) size);
      }
      String hash = GoldenFolder.sha256(tensor);
      tensors.put(
          path, Map.of("dtype", tensor.dtype().torchName(), "shape", shape, "sha256", hash));
    } else if (value instanceof Double number && !Double.isFinite(number)) {
      values.put(path, number.toString().toLowerCase(Locale.ROOT).replace("infinity", "inf"));
    } else {
      values.put(path, value);
    }
  }

  private static String below(String path, Object step) {
    return path == null ? String.valueOf(step) : path + "/" + step;
  }

  @Test
  void theNetworksHoldTheWeightsTheyBeganWith() throws IOException {
    Path folder = GoldenFolder.golden();
    int networks = 0;
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".pt")).sorted().toList()) {
        StateDict state = Checkpoint.load(file);
        String name = file.getFileName().toString().replace(".pt", ".safetensors");
        try (SafeTensors tensors = SafeTensors.open(folder.resolve(name))) {
          List<String> initial =
              tensors.names().stream().filter(n -> n.startsWith("init/")).sorted().toList();
          assertEquals(
              state.keySet().stream().map(n -> "init/" + n).sorted().toList(), initial, name);
          for (Map.Entry<String, Tensor> entry : state.entrySet()) {
            Tensor wanted = tensors.tensor("init/" + entry.getKey());
            Tensor weight = entry.getValue();
            assertEquals(wanted.shape(), weight.shape(), entry.getKey());
            assertArrayEquals(
                wanted.toDoubleArray(), weight.toDoubleArray(), name + " " + entry.getKey());
          }
        }
        networks++;
      }
    }
    assertTrue(networks > 0, "no network in " + folder);
  }

  @Test
  void aStateDictKeepsItsOrderAndItsMetadata() throws IOException {
    StateDict state = Checkpoint.load(GoldenFolder.pt().resolve("py210/state_dict_bn.pt"));
    assertEquals(
        List.of(
            "conv.weight",
            "conv.bias",
            "bn.weight",
            "bn.bias",
            "bn.running_mean",
            "bn.running_var",
            "bn.num_batches_tracked",
            "fc.weight",
            "fc.bias"),
        new ArrayList<>(state.keySet()));
    assertEquals(
        List.of("", "conv", "bn", "relu", "fc"), new ArrayList<>(state.metadata().keySet()));
    assertEquals(Map.of("version", 2L), state.metadata().get("bn"));
  }

  @Test
  void whatIsOneObjectOrOneStorageThereIsOneHere() throws IOException {
    Map<?, ?> tied = object("py210/tied.pt");
    assertSame(tied.get("a"), tied.get("b"));
    assertSame(tied.get("d1"), tied.get("d2"));
    StateDict views = Checkpoint.load(GoldenFolder.pt().resolve("py210/dtypes.pt"));
    Tensor all = views.get("view_all");
    for (String name : List.of("view_row", "view_col", "view_step")) {
      assertSame(all.storage(), views.get(name).storage(), name);
    }
    assertTrue(views.get("grad").requiresGrad());
    assertEquals(15, views.get("transposed").storage().size());
  }

  @Test
  void parametersComeBackAsParameters() throws IOException {
    Map<?, ?> values = object("py210/parameter.pt");
    assertTrue(assertInstanceOf(Parameter.class, values.get("w")).requiresGrad());
    assertFalse(assertInstanceOf(Parameter.class, values.get("frozen")).requiresGrad());
  }

  @Test
  void streamsAndBytesAreReadToo() throws IOException {
    Path file = GoldenFolder.pt().resolve("py210/many_dict.pt");
    byte[] bytes = Files.readAllBytes(file);
    StateDict wanted = Checkpoint.load(file);
    StateDict fromBytes = Checkpoint.load(bytes, Device.CPU);
    StateDict fromStream = Checkpoint.load(new ByteArrayInputStream(bytes), Device.CPU);
    assertEquals(300, wanted.size());
    for (StateDict state : List.of(fromBytes, fromStream)) {
      assertEquals(new ArrayList<>(wanted.keySet()), new ArrayList<>(state.keySet()));
      for (String name : wanted.keySet()) {
        assertEquals(
            GoldenFolder.sha256(wanted.get(name)), GoldenFolder.sha256(state.get(name)), name);
      }
    }
  }

  /** Also what was saved from a GPU; without one there is a message, not a tensor elsewhere. */
  @Test
  void tensorsGoWhereMapLocationSays() throws IOException {
    Path file = GoldenFolder.pt().resolve("py210/cuda0.pt");
    Map<?, ?> values = Checkpoint.asMap(Checkpoint.loadObject(file, Device.CPU));
    for (Object value : values.values()) {
      assertEquals(Device.CPU, assertInstanceOf(Tensor.class, value).device());
    }
    Path states = GoldenFolder.pt().resolve("py210/many_dict.pt");
    if (Cuda.isAvailable()) {
      assertEquals(
          Device.CUDA, Checkpoint.load(states, Device.CUDA).values().iterator().next().device());
    } else {
      assertThrows(DeviceException.class, () -> Checkpoint.load(states, Device.CUDA));
      assertThrows(DeviceException.class, () -> Checkpoint.loadMap(states, Device.CUDA));
    }
  }

  @Test
  void checkpointsAreMapsFromStreamsAndBytesToo() throws IOException {
    Path file = GoldenFolder.pt().resolve("py210/nested.pt");
    Map<String, ?> map = Checkpoint.loadMap(file, Device.CPU);
    byte[] bytes = Files.readAllBytes(file);
    for (Object other :
        List.of(
            Checkpoint.loadObject(bytes, Device.CPU),
            Checkpoint.loadObject(new ByteArrayInputStream(bytes), Device.CPU))) {
      assertEquals(map.keySet(), Checkpoint.asMap(other).keySet());
    }
    FormatException e = assertThrows(FormatException.class, () -> Checkpoint.asMap(List.of(1, 2)));
    assertEquals("wants a dict, got a list of 2", e.getMessage());
    assertThrows(FormatException.class, () -> Checkpoint.asTensor(null));
    assertThrows(FormatException.class, () -> Checkpoint.asLong("3"));
    assertEquals(3, Checkpoint.asLong(3L));
  }

  @Test
  void aCheckpointIsNoStateDictAndTheMessageSaysWhatReadsIt() throws IOException {
    Path file = GoldenFolder.pt().resolve("py210/nested.pt");
    FormatException e = assertThrows(FormatException.class, () -> Checkpoint.load(file));
    assertEquals(
        "nested.pt: it holds a dict in which 'model' is a dict with the keys 'fc.weight', 'fc.bias', not a state dict of tensors by name; Checkpoint.loadObject reads it",
        e.getMessage());
    StateDict model = Checkpoint.asStateDict(object("py210/nested.pt").get("model"));
    assertEquals(List.of("fc.weight", "fc.bias"), new ArrayList<>(model.keySet()));
  }

  @Test
  void aSafeTensorsFileIsToldFromAPickle() {
    Path file = GoldenFolder.pt().resolveSibling("Net.safetensors");
    FormatException e = assertThrows(FormatException.class, () -> Checkpoint.load(file));
    assertTrue(e.getMessage().endsWith("SafeTensors.read reads"), e.getMessage());
  }

  private static Map<?, ?> object(String file) throws IOException {
    Path path = GoldenFolder.pt().resolve(file);
    return assertInstanceOf(Map.class, Checkpoint.loadObject(path, Device.CPU));
  }
}
