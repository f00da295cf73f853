package dev.tern.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tern.Parameter;
import dev.tern.StateDict;
import dev.tern.Tensor;
import dev.tern.Tuple;
import dev.tern.shape.View;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What Tern saves, PyTorch itself loads; runs where {@code python3 -c 'import torch'} does ({@code
 * -Dtern.python} names another Python).
 */
class PythonTorchTest {
  /** Prints, a line each in order: path, type, and what the value is. */
  private static final String DESCRIBE =
      """
      import hashlib, sys, torch

      def walk(path, x):
          if isinstance(x, torch.Tensor):
              dense = x.detach().contiguous().reshape(-1)
              raw = bytes(dense.view(torch.uint8).tolist()) if x.numel() else b""
              print(path, type(x).__name__, str(x.dtype)[6:], list(x.shape), x.requires_grad,
                    x.storage().data_ptr() if x.numel() else 0, hashlib.sha256(raw).hexdigest(), sep="|")
          elif isinstance(x, dict):
              print(path, type(x).__name__, len(x), getattr(x, "_metadata", None) is not None, sep="|")
              for k, v in x.items():
                  walk(path + "/" + str(k), v)
          elif isinstance(x, (list, tuple)):
              print(path, type(x).__name__, len(x), sep="|")
              for i, v in enumerate(x):
                  walk(path + "/" + str(i), v)
          else:
              print(path, type(x).__name__, repr(x), sep="|")

      # PyTorch 1.x cannot load its own floats with weights_only: "Unsupported operand 71", BINFLOAT
      has_floats, major = sys.argv[2] == "true", int(torch.__version__.split(".")[0])
      walk("", torch.load(sys.argv[1], weights_only=major > 1 or not has_floats))
      """;

  @TempDir Path folder;

  @BeforeAll
  static void onlyWithPyTorch() throws InterruptedException {
    boolean there;
    try {
      there = python("-c", "import torch").contains("rc 0");
    } catch (IOException e) {
      there = false;
    }
    assumeTrue(there, "no python3 with torch here");
  }

  private static String python(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(System.getProperty("tern.python", "python3")));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("PYTHONIOENCODING", "utf-8");
    Process process = builder.start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(5, TimeUnit.MINUTES), "python3 hangs");
    return output + "rc " + process.exitValue();
  }

  private List<String> described(Map<String, ?> values, boolean hasFloats)
      throws IOException, InterruptedException {
    Path file = folder.resolve("tern.pt");
    Checkpoint.save(values, file);
    Path script = Files.writeString(folder.resolve("describe.py"), DESCRIBE);
    String output = python(script.toString(), file.toString(), String.valueOf(hasFloats));
    List<String> lines = new ArrayList<>(output.lines().toList());
    assertEquals("rc 0", lines.remove(lines.size() - 1), output);
    return lines;
  }

  @Test
  void everyElementTypeInOrder() throws IOException, InterruptedException {
    StateDict state = Checkpoint.load(GoldenFolder.pt().resolve("py210/dtypes.pt"));
    state.metadata().put("", Map.of("version", 1L));
    List<String> lines = described(state, false);
    List<String> wanted = new ArrayList<>();
    wanted.add("|OrderedDict|" + state.size() + "|True");
    for (Map.Entry<String, Tensor> entry : state.entrySet()) {
      Tensor tensor = entry.getValue();
      wanted.add(
          "/%s|Tensor|%s|%s|False|%s"
              .formatted(
                  entry.getKey(),
                  tensor.dtype().torchName(),
                  tensor.shape(),
                  GoldenFolder.sha256(tensor)));
    }
    assertEquals(wanted, lines.stream().map(PythonTorchTest::withoutPointer).toList());
  }

  private static String withoutPointer(String line) {
    List<String> parts = new ArrayList<>(List.of(line.split("\\|", -1)));
    if (parts.size() == 7) {
      parts.remove(5);
    }
    return String.join("|", parts);
  }

  @Test
  void checkpointsWithEverythingInThem() throws IOException, InterruptedException {
    Tensor base = Tensor.from(new float[] {1, 2, 3, 4}, 2, 2);
    StateDict model = new StateDict();
    model.put("weight", new Parameter(base));
    model.put("row", Tensor.wrap(base.storage(), View.dense(base.shape()).select(0, 1)));
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("model", model);
    values.put("epoch", 3);
    values.put("large", List.of(1L << 40, -(1L << 40), Long.MIN_VALUE, 40000, -1));
    values.put("name", "ключ 😀");
    values.put("alone", new Parameter(Tensor.of(5f)));
    List<String> lines = described(values, false);
    String[] weight = lines.get(2).split("\\|");
    String[] row = lines.get(3).split("\\|");
    assertEquals(weight[5], row[5], "one memory");
    assertEquals(
        List.of(
            "|dict|5|False",
            "/model|OrderedDict|2|False",
            "/model/weight|Tensor|float32|[2, 2]|False|" + GoldenFolder.sha256(base),
            "/model/row|Tensor|float32|[2]|False|" + GoldenFolder.sha256(model.get("row")),
            "/epoch|int|3",
            "/large|list|5",
            "/large/0|int|1099511627776",
            "/large/1|int|-1099511627776",
            "/large/2|int|-9223372036854775808",
            "/large/3|int|40000",
            "/large/4|int|-1",
            "/name|str|'ключ 😀'",
            "/alone|Parameter|float32|[1]|True|" + GoldenFolder.sha256(Tensor.of(5f))),
        lines.stream().map(PythonTorchTest::withoutPointer).toList());
  }

  @Test
  void optimizersWithFloatsInThem() throws IOException, InterruptedException {
    Map<String, Object> group = new LinkedHashMap<>();
    group.put("lr", 0.01);
    group.put("betas", Tuple.of(0.9, 0.999));
    group.put("foreach", null);
    group.put("amsgrad", false);
    group.put("params", List.of(0L, 1L));
    Map<String, Object> values = Map.of("optimizer", Map.of("param_groups", List.of(group)));
    assertEquals(
        List.of(
            "|dict|1|False",
            "/optimizer|dict|1|False",
            "/optimizer/param_groups|list|1",
            "/optimizer/param_groups/0|dict|5|False",
            "/optimizer/param_groups/0/lr|float|0.01",
            "/optimizer/param_groups/0/betas|tuple|2",
            "/optimizer/param_groups/0/betas/0|float|0.9",
            "/optimizer/param_groups/0/betas/1|float|0.999",
            "/optimizer/param_groups/0/foreach|NoneType|None",
            "/optimizer/param_groups/0/amsgrad|bool|False",
            "/optimizer/param_groups/0/params|list|2",
            "/optimizer/param_groups/0/params/0|int|0",
            "/optimizer/param_groups/0/params/1|int|1"),
        described(values, true));
  }
}
