package dev.tern.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tern.Autograd;
import dev.tern.CrossEntropyOptions;
import dev.tern.Parameter;
import dev.tern.StateDict;
import dev.tern.Tensor;
import dev.tern.data.Cifar10;
import dev.tern.data.DataLoader;
import dev.tern.data.Dataset;
import dev.tern.data.TensorDataset;
import dev.tern.device.Generator;
import dev.tern.examples.Net;
import dev.tern.examples.NetBatchNorm;
import dev.tern.examples.NetResDeep;
import dev.tern.nn.CrossEntropyLoss;
import dev.tern.nn.Linear;
import dev.tern.nn.Module;
import dev.tern.nn.ResBlock;
import dev.tern.nn.Sequential;
import dev.tern.nn.Tanh;
import dev.tern.optim.SGD;
import dev.tern.shape.AutogradException;
import dev.tern.shape.ConvOptions;
import dev.tern.shape.DType;
import dev.tern.shape.DTypeException;
import dev.tern.shape.PoolOptions;
import dev.tern.shape.Shape;
import dev.tern.shape.ShapeException;
import dev.tern.shape.StateDictException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** Bad input: a message shows what came and what fits, and nothing is left half changed. */
class ErrorsTest {
  private static <E extends RuntimeException> void refuses(
      Class<E> type, Executable call, String... parts) {
    String message = assertThrows(type, call).getMessage();
    for (String part : parts) {
      assertTrue(message.contains(part), () -> "no '" + part + "' in: " + message);
    }
  }

  // shapes

  @Test
  void convolution() {
    Tensor weight = Tensor.zeros(16, 3, 3, 3);
    var e =
        assertThrows(
            ShapeException.class,
            () -> Tensor.zeros(1, 3, 32).conv2d(weight, null, ConvOptions.padding(1)));
    assertEquals(
        "conv2d: input [1, 3, 32] does not fit weight [16, 3, 3, 3]; expected [N, 3, H, W] or [3, H, W]",
        e.getMessage());
    refuses(
        ShapeException.class,
        () -> Tensor.zeros(1, 4, 8, 8).conv2d(weight, null, ConvOptions.defaults()),
        "conv2d: input [1, 4, 8, 8] does not fit weight [16, 3, 3, 3]",
        "[N, 3, H, W]");
    refuses(
        ShapeException.class,
        () -> Tensor.zeros(1, 3, 2, 8).conv2d(weight, null, ConvOptions.defaults()),
        "conv2d",
        "[1, 3, 2, 8]");
    refuses(
        ShapeException.class,
        () -> Tensor.zeros(1, 3, 8, 8).conv2d(weight, Tensor.zeros(3), ConvOptions.defaults()),
        "conv2d",
        "[3]",
        "16");
  }

  @Test
  void shapesThatDoNotFit() {
    Tensor a = Tensor.zeros(2, 3);
    refuses(ShapeException.class, () -> a.add(Tensor.zeros(2, 4)), "add", "[2, 3]", "[2, 4]");
    refuses(ShapeException.class, () -> a.matmul(a), "matmul", "[2, 3]", "expected 3 rows");
    refuses(
        ShapeException.class,
        () -> a.linear(Tensor.zeros(5, 4), null),
        "linear: input [2, 3] does not fit weight [5, 4]; expected [*, 4]");
    refuses(ShapeException.class, () -> a.view(4, 2), "view", "[2, 3]", "[4, 2]");
    refuses(ShapeException.class, () -> a.view(-1, 4), "view", "[2, 3]", "4");
    refuses(ShapeException.class, () -> a.t().view(6), "view", "strides", "reshape");
    refuses(ShapeException.class, () -> a.expand(3, 3), "expand", "[2, 3]", "[3, 3]");
    refuses(ShapeException.class, () -> a.narrow(1, 2, 2), "[2, 3]");
    refuses(ShapeException.class, () -> a.select(0, 2), "[2, 3]", "2");
    refuses(ShapeException.class, () -> a.size(2), "2", "[2, 3]");
    refuses(ShapeException.class, () -> a.sum(0, 0), "twice");
    refuses(ShapeException.class, a::item, "item", "[2, 3]");
    refuses(ShapeException.class, () -> a.add_(Tensor.zeros(4, 2, 3)), "add_", "[4, 2, 3]");
    refuses(ShapeException.class, () -> Tensor.from(new float[5], 2, 3), "5", "[2, 3]");
    refuses(
        ShapeException.class,
        () -> Tensor.cat(List.of(a, Tensor.zeros(2, 3, 1)), 0),
        "cat",
        "[2, 3]");
    refuses(
        ShapeException.class,
        () -> a.maxPool2d(PoolOptions.window(2)),
        "maxPool2d",
        "[2, 3]",
        "[N, C, H, W]");
    refuses(
        ShapeException.class,
        () -> a.batchNorm(null, null, Tensor.ones(4), null, true, 0.1, 1e-5),
        "batchNorm",
        "[2, 3]",
        "3 channels",
        "[4]");
    refuses(
        ShapeException.class,
        () -> Tensor.zeros(1, 3).batchNorm(null, null, null, null, true, 0.1, 1e-5),
        "more than one value per channel");
    refuses(
        ShapeException.class,
        () -> a.indexSelect(1, Tensor.of(3L)),
        "indexSelect",
        "index 3 at position 0",
        "dimension of 3");
  }

  @Test
  void anErrorInsideAModelNamesThePath() {
    Generator.manualSeed(0);
    Module deep = new NetResDeep(4, 5);
    refuses(
        ShapeException.class,
        () -> deep.apply(Tensor.zeros(1, 4, 32, 32)),
        "conv2d: input [1, 4, 32, 32] does not fit weight [4, 3, 3, 3]",
        "at conv1");
    refuses(
        ShapeException.class,
        () ->
            new Sequential(new Tanh(), new Sequential(new Tanh(), new Linear(5, 2)))
                .apply(Tensor.zeros(1, 3)),
        "linear: input [1, 3] does not fit weight [2, 5]; expected [*, 5]",
        "at 1.1");
    refuses(
        ShapeException.class,
        () -> new Sequential(new ResBlock(3), new ResBlock(4)).apply(Tensor.zeros(2, 3, 8, 8)),
        "conv2d: input [2, 3, 8, 8] does not fit weight [4, 4, 3, 3]",
        "at 1.conv");
  }

  @Test
  void labelsOutOfRange() {
    Tensor scores = Tensor.zeros(2, 2);
    refuses(
        ShapeException.class,
        () -> scores.crossEntropy(Tensor.of(0L, 2L)),
        "crossEntropy: target 2 at position 1 is out of range for 2 classes");
    refuses(
        ShapeException.class,
        () -> scores.crossEntropy(Tensor.of(-1L, 0L)),
        "target -1",
        "2 classes");
    refuses(
        ShapeException.class,
        () -> scores.crossEntropy(Tensor.of(0L, 1L, 1L)),
        "crossEntropy: target [3] does not fit input [2, 2]; expected [2]");
    refuses(DTypeException.class, () -> scores.crossEntropy(Tensor.zeros(2)), "INT64", "FLOAT32");
    Tensor weight = Tensor.ones(2).requiresGrad_(true);
    refuses(
        AutogradException.class,
        () -> scores.crossEntropy(Tensor.of(0L, 1L), CrossEntropyOptions.DEFAULTS.weight(weight)),
        "the weights of classes have no gradient; detach() them");
  }

  // element types

  @Test
  void mixedTypes() {
    Tensor single = Tensor.zeros(2);
    Tensor twice = Tensor.zeros(DType.FLOAT64, Shape.of(2));
    refuses(DTypeException.class, () -> single.add(twice), "add", "FLOAT32", "FLOAT64");
    refuses(DTypeException.class, () -> single.mul_(twice), "mul_", "FLOAT32", "FLOAT64");
    refuses(
        DTypeException.class,
        () -> Tensor.zeros(2, 2).matmul(Tensor.zeros(DType.FLOAT64, Shape.of(2, 2))),
        "matmul",
        "FLOAT64");
    refuses(DTypeException.class, () -> Tensor.of(1L, 2L).exp(), "exp", "INT64", "to(DType)");
    refuses(DTypeException.class, () -> Tensor.of(1L, 2L).mean(), "mean", "INT64");
    refuses(DTypeException.class, () -> Tensor.of(1L).requiresGrad_(true), "INT64");
    Generator.manualSeed(0);
    refuses(
        DTypeException.class,
        () -> new Net().apply(Tensor.zeros(DType.FLOAT64, Shape.of(1, 3, 32, 32))),
        "conv2d",
        "FLOAT64",
        "FLOAT32",
        "at conv1");
  }

  // data

  @Test
  void anEmptyDataset() {
    Dataset none = new TensorDataset(Tensor.zeros(0, 3), Tensor.zeros(DType.INT64, Shape.of(0)));
    refuses(IllegalArgumentException.class, () -> DataLoader.of(none), "dataset is empty");
  }

  @Test
  void aDamagedDataFile(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("data_batch_1.bin");
    byte[] records = new byte[2 * 3073];
    Files.write(file, Arrays.copyOf(records, 3073 + 100));
    String truncated = assertThrows(IOException.class, () -> Cifar10.read(file)).getMessage();
    assertTrue(truncated.contains("3173 bytes") && truncated.contains("3073"), truncated);
    records[3073] = 10;
    Files.write(file, records);
    String label = assertThrows(IOException.class, () -> Cifar10.read(file)).getMessage();
    assertTrue(label.contains("label 10 in record 1"), label);
    records[3073] = 9;
    Files.write(file, records);
    assertEquals(2, Cifar10.read(file).size());
  }

  // autograd

  @Test
  void backwardThroughNothing() {
    refuses(
        AutogradException.class, () -> Tensor.scalar(1).backward(), "requires", "requiresGrad_");
    Tensor x = Tensor.of(1.0, 2.0).requiresGrad_(true);
    refuses(AutogradException.class, () -> x.mul(2).backward(), "[2]", "sum()");
    try (var off = Autograd.noGrad()) {
      Tensor y = x.sum();
      refuses(AutogradException.class, y::backward, "noGrad");
    }
    refuses(
        AutogradException.class, () -> x.mul(2).backward(Tensor.of(1.0, 1.0, 1.0)), "[3]", "[2]");
    Tensor unused = Tensor.of(1.0).requiresGrad_(true);
    refuses(AutogradException.class, () -> Autograd.grad(x.sum(), unused), "not used");
    assertNull(x.grad());
  }

  @Test
  void backwardTwice() {
    Tensor x = Tensor.of(1.0, 2.0).requiresGrad_(true);
    Tensor y = x.square().sum();
    y.backward();
    refuses(AutogradException.class, y::backward, "retainGraph");
    assertEquals(4.0, x.grad().select(0, 1).item());
    Tensor z = x.square().sum();
    z.backward(true, false);
    z.backward();
    assertEquals(12.0, x.grad().select(0, 1).item());
  }

  @Test
  void aParameterWithoutGradientIsLeftAlone() {
    Parameter used = new Parameter(Tensor.of(1.0, 2.0));
    Parameter unused = new Parameter(Tensor.of(3.0));
    var optimizer = new SGD(List.of(used, unused), SGD.lr(0.5).momentum(0.9).weightDecay(0.1));
    used.sum().backward();
    optimizer.step();
    assertEquals(3.0, unused.item());
    assertEquals(1.0 - 0.5 * (1 + 0.1), used.select(0, 0).item(), 1e-15);
  }

  @Test
  void settingsOfAnOptimizer() {
    Parameter p = new Parameter(Tensor.of(1.0));
    refuses(IllegalArgumentException.class, () -> SGD.lr(-1), "-1");
    refuses(IllegalArgumentException.class, () -> new SGD(List.of(), SGD.lr(1)), "");
    refuses(
        IllegalArgumentException.class,
        () -> new SGD(List.of(p), SGD.lr(1).nesterov()),
        "Nesterov",
        "momentum");
    refuses(
        AutogradException.class, () -> new SGD(List.of(p.mul(2)), SGD.lr(1)), "non-leaf", "[1]");
  }

  // nothing is left half changed

  @Test
  void aStateDictThatDoesNotFit() {
    Generator.manualSeed(0);
    Net model = new Net();
    StateDict before = copy(model.stateDict());
    StateDict wrong = copy(new Net().stateDict());
    wrong.put("fc2.bias", Tensor.zeros(3));
    refuses(StateDictException.class, () -> model.loadStateDict(wrong), "fc2.bias", "[3]", "[2]");
    assertSame(before, model.stateDict());
    StateDict renamed = new StateDict();
    new Net()
        .stateDict()
        .forEach((key, value) -> renamed.put(key.replace("fc1.b", "fc9.b"), value));
    refuses(
        StateDictException.class,
        () -> model.loadStateDict(renamed),
        "Missing key(s)",
        "fc1.bias",
        "Unexpected key(s)",
        "fc9.bias");
    assertSame(before, model.stateDict());
  }

  @Test
  void aFailedStepChangesNothing() {
    Generator.manualSeed(0);
    Module model = new NetBatchNorm();
    StateDict before = copy(model.stateDict());
    refuses(ShapeException.class, () -> model.apply(Tensor.zeros(2, 1, 32, 32)), "at conv1");
    assertSame(before, model.stateDict());
    Tensor output = model.apply(Tensor.randn(2, 3, 32, 32));
    refuses(
        ShapeException.class, () -> new CrossEntropyLoss().apply(output, Tensor.of(0L, 5L)), "5");
    for (Parameter parameter : model.parameters()) {
      assertNull(parameter.grad());
    }
    Tensor x = Tensor.of(1.0, 2.0);
    refuses(ShapeException.class, () -> x.add_(Tensor.of(1.0, 2.0, 3.0)), "add_");
    assertEquals(Optional.empty(), Expect.equal("x", x, Tensor.of(1.0, 2.0)));
  }

  private static StateDict copy(Map<String, Tensor> state) {
    StateDict copy = new StateDict();
    state.forEach((key, value) -> copy.put(key, value.detach().copy()));
    return copy;
  }

  private static void assertSame(StateDict before, StateDict now) {
    before.forEach(
        (key, value) -> assertEquals(Optional.empty(), Expect.equal(key, now.get(key), value)));
  }
}
