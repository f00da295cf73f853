package dev.tern.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tern.Parameter;
import dev.tern.Tensor;
import dev.tern.TensorFunction;
import dev.tern.shape.DType;
import dev.tern.shape.DTypeException;
import dev.tern.shape.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a module consists of, and what happens to it as a whole. */
class ModuleTest {
  private static class Base extends Module {
    final Parameter scale = new Parameter(Tensor.ones(2));

    @Override
    protected Tensor forward(Tensor x) {
      return x;
    }
  }

  private static final class Full extends Base {
    static final Linear SHARED_BY_ALL = new Linear(1, 1);

    final Linear firstLayer = new Linear(2, 3);
    final Tensor runningMean = Tensor.zeros(2);
    final Parameter shift = new Parameter(Tensor.zeros(2));
    final transient Tensor cache = Tensor.zeros(9);
    @NotSaved final Tensor positions = Tensor.of(1f, 2f);
    final List<Module> blocks = List.of(new Linear(1, 1), new Tanh());
    final Map<String, Module> heads = new LinkedHashMap<>();
    final Module[] tails = {new Linear(1, 1, false)};
    final TensorFunction last = new ReLU();
    final Tensor[] history = {Tensor.zeros(1)};
    final String label = "full";
    final int[] sizes = {1, 2};
    Linear absent;

    Full() {
      heads.put("main", new Linear(1, 1, false));
    }
  }

  private static final class Loop extends Module {
    final Linear linear = new Linear(1, 1);
    Module back;
  }

  private static final class Registered extends Module {
    private final transient Linear hidden = register("proj", new Linear(1, 1, false));
    private final transient Tensor count = register("count", Tensor.of(1f));

    @Override
    protected Tensor forward(Tensor x) {
      return hidden.apply(x).add(count);
    }
  }

  private static final class Repeated extends Module {
    final Sequential blocks = Sequential.repeat(3, new Linear(2, 2));

    @Override
    protected Tensor forward(Tensor x) {
      return blocks.apply(x);
    }
  }

  @Test
  void fieldsAreWalkedInOrderSuperclassFirst() {
    assertEquals(
        List.of(
            "scale",
            "shift",
            "running_mean",
            "first_layer.weight",
            "first_layer.bias",
            "blocks.0.weight",
            "blocks.0.bias",
            "heads.main.weight",
            "tails.0.weight"),
        new ArrayList<>(new Full().stateDict().keySet()));
  }

  @Test
  void buffersAreApartAndUnsavedOnesMoveToo() {
    Full full = new Full();
    assertEquals(Set.of("running_mean", "positions"), full.namedBuffers().keySet());
    full.to(DType.FLOAT64);
    assertEquals(DType.FLOAT64, full.positions.dtype());
    assertEquals(DType.FLOAT32, full.cache.dtype());
  }

  @Test
  void childrenAndModulesHavePathsEachOnce() {
    Full full = new Full();
    assertEquals(
        List.of("first_layer", "blocks.0", "blocks.1", "heads.main", "tails.0", "last"),
        new ArrayList<>(full.namedChildren().keySet()));
    assertSame(full, full.namedModules().get(""));
    assertEquals(2, new Repeated().blocks.namedModules().size());
    assertEquals(1, new Repeated().blocks.children().size());
  }

  @Test
  void aSharedBlockHasOneSetOfParametersAndManyKeys() {
    Repeated net = new Repeated();
    assertEquals(2, net.parameters().size());
    assertEquals(
        List.of("blocks.0.weight", "blocks.0.bias"), List.copyOf(net.namedParameters().keySet()));
    assertEquals(6, net.stateDict().size());
    assertSame(
        net.stateDict().get("blocks.0.weight").storage(),
        net.stateDict().get("blocks.2.weight").storage());
  }

  @Test
  void stateDictSharesMemoryAndTellsVersions() {
    BatchNorm2d norm = new BatchNorm2d(2);
    Sequential net = new Sequential(new Linear(2, 2), norm);
    assertEquals(
        Map.of("", Map.of("version", 1), "0", Map.of("version", 1), "1", Map.of("version", 2)),
        net.stateDict().metadata());
    assertEquals(List.of("", "0", "1"), List.copyOf(net.stateDict().metadata().keySet()));
    Tensor mean = net.stateDict().get("1.running_mean");
    assertFalse(mean.requiresGrad());
    norm.runningMean.fill_(3);
    assertArrayEquals(new float[] {3, 3}, mean.toFloatArray());
  }

  @Test
  void aCycleIsAnError() {
    Loop loop = new Loop();
    loop.back = new Sequential(loop);
    IllegalStateException error = assertThrows(IllegalStateException.class, loop::parameters);
    assertTrue(error.getMessage().contains("'back.0'"), error.getMessage());
    assertThrows(IllegalStateException.class, loop::toString);
  }

  @Test
  void registeredPartsCountAsFields() {
    Registered net = new Registered();
    assertEquals(List.of("count", "proj.weight"), List.copyOf(net.stateDict().keySet()));
    assertEquals(1, net.parameters().size());
    assertThrows(IllegalArgumentException.class, () -> net.register("proj", new Tanh()));
    assertThrows(IllegalArgumentException.class, () -> net.register("a.b", new Tanh()));
  }

  @Test
  void trainAndEvalReachEveryModule() {
    Full full = new Full();
    assertTrue(full.isTraining());
    Full same = full.eval();
    assertSame(full, same);
    assertTrue(full.namedModules().values().stream().noneMatch(Module::isTraining));
    full.train();
    assertTrue(full.namedModules().values().stream().allMatch(Module::isTraining));
  }

  @Test
  void parametersKeepTheirIdentityWhenTheyAreCast() {
    Linear linear = new Linear(2, 1);
    Parameter weight = linear.weight;
    float[] before = weight.toFloatArray();
    linear.apply(Tensor.ones(1, 2)).sum().backward();
    Linear same = linear.to(DType.FLOAT64);
    assertSame(linear, same);
    assertSame(weight, linear.parameters().get(0));
    assertEquals(DType.FLOAT64, weight.dtype());
    assertEquals(DType.FLOAT64, weight.grad().dtype());
    assertArrayEquals(before, weight.toFloatArray());
    assertTrue(weight.requiresGrad() && weight.isLeaf());
    assertEquals(
        DType.INT64, new BatchNorm2d(1).<BatchNorm2d>to(DType.FLOAT64).numBatchesTracked.dtype());
    assertThrows(DTypeException.class, () -> linear.to(DType.INT64));
  }

  @Test
  void zeroGradTakesGradientsAway() {
    Linear linear = new Linear(2, 1);
    linear.apply(Tensor.ones(1, 2)).sum().backward();
    linear.zeroGrad();
    assertNull(linear.weight.grad());
  }

  @Test
  void frozenParametersGetNoGradient() {
    Linear linear = new Linear(2, 1);
    linear.requiresGrad_(false);
    assertFalse(linear.apply(Tensor.ones(1, 2)).requiresGrad());
  }

  @Test
  void visitGoesFromTheLeavesToTheRoot() {
    Module inner = new Sequential(new Tanh());
    Sequential net = new Sequential(inner, new ReLU());
    List<String> seen = new ArrayList<>();
    net.visit(module -> seen.add(module.name()));
    assertEquals(List.of("Tanh", "Sequential", "ReLU", "Sequential"), seen);
  }

  @Test
  void hooksSeeAndReplaceTheOutput() {
    Identity identity = new Identity();
    try (var hook = identity.registerForwardHook((module, x, y) -> y.mul(2))) {
      assertEquals(6, identity.apply(Tensor.scalar(3)).item());
    }
    assertEquals(3, identity.apply(Tensor.scalar(3)).item());
  }

  @Test
  void aModuleWithOtherInputsSaysWhichCallFits() {
    Tensor x = Tensor.zeros(DType.FLOAT32, Shape.of(1));
    UnsupportedOperationException error =
        assertThrows(UnsupportedOperationException.class, () -> new MSELoss().apply(x));
    assertEquals(
        "MSELoss does not take one tensor alone; call apply(Tensor, Tensor)", error.getMessage());
  }

  @Test
  void printsAsPyTorchDoes() {
    assertEquals(
        """
        Full(
          (first_layer): Linear(in_features=2, out_features=3, bias=True)
          (blocks): ModuleList(
            (0): Linear(in_features=1, out_features=1, bias=True)
            (1): Tanh()
          )
          (heads): ModuleDict(
            (main): Linear(in_features=1, out_features=1, bias=False)
          )
          (tails): ModuleList(
            (0): Linear(in_features=1, out_features=1, bias=False)
          )
          (last): ReLU()
        )\
        """,
        new Full().toString());
    assertEquals("Sequential()", new Sequential().toString());
  }

  @Test
  void keysAreSnakeCase() {
    assertEquals("batch_norm", Members.snakeCase("batchNorm"));
    assertEquals("conv1_batchnorm", Members.snakeCase("conv1Batchnorm"));
    assertEquals("fc1", Members.snakeCase("fc1"));
    assertEquals("num_batches_tracked", Members.snakeCase("numBatchesTracked"));
    assertEquals("url_reader", Members.snakeCase("URLReader"));
    assertEquals("layer1_norm2d", Members.snakeCase("layer1Norm2d"));
    assertEquals("already_snake", Members.snakeCase("already_snake"));
  }

  @Test
  void threadsThatEvaluateOneModuleGetItsResults() throws InterruptedException {
    Sequential net =
        new Sequential(new Conv2d(3, 4, 3), new BatchNorm2d(4), new ReLU(), new Dropout(0.5));
    net.eval();
    Tensor x = Tensor.randn(2, 3, 8, 8);
    float[] alone = net.apply(x).toFloatArray();
    List<float[]> results = java.util.Collections.synchronizedList(new ArrayList<>());
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      Thread thread =
          new Thread(
              () -> {
                for (int round = 0; round < 10; round++) {
                  results.add(net.apply(x).toFloatArray());
                }
              });
      threads.add(thread);
      thread.start();
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertEquals(40, results.size());
    results.forEach(result -> assertArrayEquals(alone, result));
  }
}
