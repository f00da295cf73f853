package dev.tern.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tern.Autograd;
import dev.tern.Parameter;
import dev.tern.StateDict;
import dev.tern.Tensor;
import dev.tern.device.Device;
import dev.tern.device.Generator;
import dev.tern.io.Checkpoint;
import dev.tern.nn.CrossEntropyLoss;
import dev.tern.nn.Module;
import dev.tern.optim.SGD;
import dev.tern.shape.DType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The eight networks against PyTorch: weights from the seed, output, gradients, three steps of SGD,
 * what they print.
 *
 * <p>A gradient is compared on the scale of the network's largest, because a bias before a batch
 * norm has gradient zero up to rounding. In FLOAT32, steps after the first are compared for
 * networks without residual additions only: the others are chaotic there.
 */
@Tag("cuda")
class NetworksTest {
  /** Roundings through at most 200 layers. */
  private static final double DOUBLE = 1e-9;

  /** Sums of up to 2,048 products a layer. */
  private static final double SINGLE = 1e-5;

  /** One network: its row in the table, its tensors, and how it is made. */
  record Row(String name, JsonNode table, StateDict tensors, Optional<Supplier<Module>> maker) {
    long seed() {
      return table.get("seed").longValue();
    }

    /** The network as it comes from the seed, FLOAT32. */
    Module make() {
      assumeTrue(maker.isPresent(), () -> "no network " + name);
      Generator.manualSeed(seed());
      return maker.orElseThrow().get();
    }

    Tensor tensor(String key) {
      Tensor tensor = tensors.get(key);
      if (tensor == null) {
        throw new IllegalStateException(name + ": the golden file has no tensor " + key);
      }
      return tensor;
    }

    boolean isTrained() {
      return table.hasNonNull("losses");
    }

    boolean isResidual() {
      return name.startsWith("NetRes");
    }
  }

  static Stream<Named<Row>> rows() {
    var rows = new ArrayList<Named<Row>>();
    for (JsonNode table : Golden.json("networks").get("nets")) {
      String name = table.get("net").textValue();
      StateDict tensors = Golden.tensors(name);
      rows.add(
          Named.of(name, new Row(name, table, tensors, GoldenNetworks.ofTable(name, tensors))));
    }
    return rows.stream();
  }

  private static int onCuda;

  @AfterAll
  static void reportCuda() {
    if (onCuda > 0) {
      Golden.report("networks", onCuda, (int) rows().count(), Device.CUDA);
    }
  }

  @BeforeAll
  static void report() {
    List<Row> rows = rows().map(Named::getPayload).toList();
    int covered = (int) rows.stream().filter(row -> row.maker().isPresent()).count();
    Golden.report("networks", covered, rows.size());
    if (Golden.isBundled()) {
      assertEquals(rows.size(), covered, "networks that exist");
    }
  }

  @ParameterizedTest
  @MethodSource("rows")
  void weightsFromTheSeed(Row row) {
    sameState(row, row.make().stateDict());
  }

  @ParameterizedTest
  @MethodSource("rows")
  void loadsPyTorchsFile(Row row) throws IOException {
    StateDict loaded = Checkpoint.load(Golden.file(row.name() + ".pt"));
    sameState(row, loaded);
    Module module = row.make();
    for (Parameter parameter : module.parameters()) {
      try (var off = Autograd.noGrad()) {
        parameter.zero_();
      }
    }
    assertEquals("<All keys matched successfully>", module.loadStateDict(loaded).toString());
    sameState(row, module.stateDict());
  }

  private static void sameState(Row row, Map<String, Tensor> state) {
    assertEquals(Golden.strings(row.table().get("state_dict")), List.copyOf(state.keySet()));
    state.forEach(
        (key, tensor) -> {
          assertEquals(row.tensor("init/" + key).dtype(), tensor.dtype(), key);
          passes(Expect.equal(key, tensor, row.tensor("init/" + key)));
        });
  }

  @ParameterizedTest
  @MethodSource("rows")
  void printsAsPyTorch(Row row) {
    Module module = row.make();
    // the first line has the name of the class, which is the generator's own there
    assertEquals(
        row.table().get("repr").textValue().lines().skip(1).toList(),
        module.toString().lines().skip(1).toList());
    List<Integer> sizes = module.parameters().stream().map(Tensor::numel).toList();
    List<Integer> expected = new ArrayList<>();
    row.table().get("params").forEach(size -> expected.add(size.intValue()));
    assertEquals(expected, sizes);
    assertEquals(
        row.table().get("total").intValue(), sizes.stream().mapToInt(Integer::intValue).sum());
  }

  @ParameterizedTest
  @MethodSource("rows")
  void evalOutput(Row row) {
    evalOutput(row, Device.CPU, DType.FLOAT64);
    evalOutput(row, Device.CPU, DType.FLOAT32);
  }

  @ParameterizedTest
  @MethodSource("rows")
  void onCuda(Row row) {
    Device cuda = Devices.cuda();
    evalOutput(row, cuda, DType.FLOAT32);
    if (row.isTrained()) {
      train(row, cuda, DType.FLOAT32, row.isResidual());
    }
    onCuda++;
  }

  @ParameterizedTest
  @MethodSource("rows")
  void onCudaWithLibraries(Row row) {
    Device cuda = Devices.cudaWithLibraries();
    evalOutput(row, cuda, DType.FLOAT32);
    if (row.isTrained()) {
      train(row, cuda, DType.FLOAT32, true);
    }
  }

  private static void evalOutput(Row row, Device device, DType dtype) {
    Module module = row.make();
    module.to(dtype);
    module.to(device);
    module.eval();
    try (var off = Autograd.noGrad()) {
      Tensor output = module.apply(row.tensor("x").to(dtype).to(device));
      double tolerance = dtype == DType.FLOAT64 ? DOUBLE : SINGLE;
      passes(Expect.close(dtype + " output", output, row.tensor("eval_out"), tolerance));
    }
  }

  @ParameterizedTest
  @MethodSource("rows")
  void trainsInDouble(Row row) {
    train(row, Device.CPU, DType.FLOAT64, false);
  }

  @ParameterizedTest
  @MethodSource("rows")
  void trainsInSingle(Row row) {
    train(row, Device.CPU, DType.FLOAT32, row.isResidual());
  }

  @ParameterizedTest
  @MethodSource("rows")
  void sameWithDirectConvolutions(Row row) {
    assumeTrue(row.isResidual(), "only residual networks have convolutions wide enough");
    System.setProperty("tern.winograd", "off");
    try {
      evalOutput(row);
      trainsInSingle(row);
    } finally {
      System.clearProperty("tern.winograd");
    }
  }

  private static void train(Row row, Device device, DType dtype, boolean firstStepOnly) {
    assumeTrue(row.isTrained(), "has weights, keys and output only");
    Module module = row.make();
    module.to(dtype);
    module.to(device);
    JsonNode settings = row.table().get("sgd");
    var optimizer =
        new SGD(
            module.parameters(),
            SGD.lr(settings.get("lr").doubleValue())
                .momentum(settings.get("momentum").doubleValue())
                .weightDecay(settings.get("weight_decay").doubleValue()));
    var lossFn = new CrossEntropyLoss();
    Tensor x = row.tensor("x").to(dtype).to(device);
    Tensor y = row.tensor("y").to(device);
    double tolerance = dtype == DType.FLOAT64 ? DOUBLE : SINGLE;
    double[] losses = Golden.doubles(row.table().get("losses"));
    assertEquals(settings.get("steps").intValue(), losses.length);
    for (int step = 0; step < (firstStepOnly ? 1 : losses.length); step++) {
      Tensor loss = lossFn.apply(module.apply(x), y);
      assertEquals(losses[step], loss.item(), tolerance * losses[step], "loss of step " + step);
      optimizer.zeroGrad();
      loss.backward();
      if (step == 0) {
        compareGradients(row, module, dtype == DType.FLOAT64 ? tolerance : 10 * tolerance);
      }
      optimizer.step();
    }
    if (!firstStepOnly) {
      module
          .stateDict()
          .forEach(
              (key, tensor) ->
                  passes(
                      Expect.close("final " + key, tensor, row.tensor("final/" + key), tolerance)));
    }
  }

  private static void compareGradients(Row row, Module module, double tolerance) {
    double largest =
        row.tensors().entrySet().stream()
            .filter(entry -> entry.getKey().startsWith("grad/"))
            .mapToDouble(entry -> Expect.largest(entry.getValue()))
            .max()
            .orElseThrow();
    module
        .namedParameters()
        .forEach(
            (key, parameter) ->
                passes(
                    Expect.closeTo(
                        "gradient of " + key,
                        parameter.grad(),
                        row.tensor("grad/" + key),
                        tolerance,
                        largest)));
  }

  private static void passes(Optional<String> problem) {
    assertTrue(problem.isEmpty(), () -> problem.orElseThrow());
  }
}
