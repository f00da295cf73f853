package dev.tern.tests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tern.Tensor;
import dev.tern.data.Batch;
import dev.tern.data.DataLoader;
import dev.tern.data.TensorDataset;
import dev.tern.device.Cuda;
import dev.tern.device.CudaGraph;
import dev.tern.device.Device;
import dev.tern.device.Generator;
import dev.tern.device.cuda.Emulator;
import dev.tern.device.cuda.Emulator.Setting;
import dev.tern.examples.Networks;
import dev.tern.nn.CrossEntropyLoss;
import dev.tern.nn.Module;
import dev.tern.optim.SGD;
import dev.tern.shape.ConvOptions;
import dev.tern.shape.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How a training step of each of the eight networks uses a GPU. */
@Tag("cuda")
class CudaTrainingTest {
  @BeforeEach
  void load() {
    Devices.cuda();
  }

  /** A network and what its step reads. */
  private static final class Training {
    final Module model;
    final SGD optimizer;
    Tensor images;
    Tensor labels;
    final CrossEntropyLoss lossFn = new CrossEntropyLoss();
    Tensor loss = Tensor.zeros();

    Training(String network) {
      this(network, Device.CUDA);
    }

    Training(String network, Device device) {
      Generator.manualSeed(7);
      images = Tensor.randn(4, 3, 32, 32).to(device);
      labels = Tensor.of(0L, 1, 1, 0).to(device);
      model = Networks.make(network).to(device);
      model.train();
      optimizer = new SGD(model.parameters(), SGD.lr(1e-4));
      step(); // makes gradients
    }

    void step() {
      loss = lossFn.apply(model.apply(images), labels);
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
    }

    List<float[]> state() {
      List<float[]> state = new ArrayList<>();
      model.stateDict().values().forEach(x -> state.add(x.to(Device.CPU).toFloatArray()));
      state.add(new float[] {(float) loss.item()});
      return state;
    }
  }

  /** What a step launches is what takes a small network's time. */
  @ParameterizedTest
  @CsvSource({
    "Net, 44",
    "NetWidth, 44",
    "NetDropout, 54",
    "NetBatchNorm, 56",
    "NetDepth, 53",
    "NetRes, 55",
    "NetResDeep, 203",
    "NetResDeep100, 1733"
  })
  void aStepWaitsForNothing_andTakesNoMoreLaunchesThanItDid(String network, int most) {
    Training training = new Training(network);
    long waits = Emulator.get(Setting.WAITS);
    final long launches = Emulator.get(Setting.LAUNCHES);
    training.step();
    assertEquals(waits, Emulator.get(Setting.WAITS));
    assertEquals(most, Emulator.get(Setting.LAUNCHES) - launches);
    assertTrue(Double.isFinite(training.loss.item()));
    assertTrue(Emulator.get(Setting.WAITS) > waits); // they are counted
  }

  @ParameterizedTest
  @CsvSource({
    "Net",
    "NetWidth",
    "NetDropout",
    "NetBatchNorm",
    "NetDepth",
    "NetRes",
    "NetResDeep",
    "NetResDeep100"
  })
  void aStepIsCaptured_andReplayedToTheSameBits(String network) {
    Training eager = new Training(network);
    eager.step();
    eager.step();
    Training captured = new Training(network); // from the same seed
    try (CudaGraph graph = Cuda.graph(Device.CUDA, captured::step)) {
      graph.replay();
      graph.replay();
      List<float[]> expected = eager.state();
      List<float[]> state = captured.state();
      for (int i = 0; i < expected.size(); i++) {
        assertArrayEquals(expected.get(i), state.get(i));
      }
    }
  }

  /** Workers read on while the GPU has yet to begin. */
  @Test
  void anEpochFromALoaderWaitsForNoKernel() {
    Generator.manualSeed(1);
    var data = new TensorDataset(Tensor.randn(16, 3, 32, 32), Tensor.randint(0, 2, Shape.of(16)));
    Training training = new Training("Net");
    Cuda.synchronize(Device.CUDA);
    long waits = Emulator.get(Setting.WAITS);
    final long launches = Emulator.get(Setting.LAUNCHES);
    int steps = 0;
    for (Batch batch : DataLoader.of(data).batchSize(4).shuffle(true).workers(2)) {
      training.images = batch.inputs().to(Device.CUDA);
      training.labels = batch.targets().to(Device.CUDA);
      training.step();
      steps++;
      if (steps == 2) { // images and labels of two batches fill the ring of pinned buffers
        assertEquals(waits, Emulator.get(Setting.WAITS));
        assertTrue(Emulator.get(Setting.PENDING) >= 2 * 44);
      }
    }
    assertEquals(4, steps);
    assertEquals(waits + 4, Emulator.get(Setting.WAITS)); // each for an upload two steps ago
    assertEquals(4 * 44, Emulator.get(Setting.LAUNCHES) - launches);
    assertTrue(Emulator.get(Setting.PENDING) >= 44);
    assertTrue(Double.isFinite(training.loss.item()));
  }

  /** A step on each of two GPUs, by two threads at once: as if each were alone. */
  @Test
  void twoThreadsTrainOnTwoGpus() throws Exception {
    Assumptions.assumeTrue(Cuda.deviceCount() > 2, "cuda:1 is the one with NVIDIA's libraries");
    Device[] devices = {Device.CUDA, Device.cuda(2)};
    List<Callable<List<float[]>>> tasks = new ArrayList<>();
    for (Device device : devices) {
      tasks.add(
          () -> {
            Training training = new Training("NetRes", device);
            for (int i = 0; i < 3; i++) {
              training.step();
            }
            assertEquals(device, training.loss.device());
            return training.state();
          });
    }
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      List<Future<List<float[]>>> both = threads.invokeAll(tasks);
      List<float[]> alone = tasks.get(0).call();
      for (Future<List<float[]>> state : both) {
        for (int i = 0; i < alone.size(); i++) {
          assertArrayEquals(alone.get(i), state.get().get(i));
        }
      }
    } finally {
      threads.shutdown();
    }
  }

  private static Tensor normal(Tensor x) {
    return x.batchNorm(null, null, null, null, true, 0.1, 1e-5);
  }

  /** On the CPU a large activation may lie in blocks of channels, or not be worked out yet. */
  @Test
  void activationsOfTheCpuMoveAsTheyRead() {
    Generator.manualSeed(2);
    Tensor x = Tensor.randn(8, 32, 32, 32);
    Tensor w = Tensor.randn(32, 32, 3, 3);
    float[] expected = new float[x.numel()];
    float[] values = x.toFloatArray();
    for (int i = 0; i < expected.length; i++) {
      expected[i] = Math.max(0, values[i]);
    }
    assertArrayEquals(expected, x.relu().to(Device.CUDA).to(Device.CPU).toFloatArray());
    Tensor blocked = x.conv2d(w, null, ConvOptions.padding(1));
    float[] there = blocked.relu().to(Device.CUDA).to(Device.CPU).toFloatArray();
    Tensor again = x.conv2d(w, null, ConvOptions.padding(1));
    float[] moved = again.to(Device.CUDA).relu().to(Device.CPU).toFloatArray();
    assertArrayEquals(moved, there);
    float[] plain = again.toFloatArray();
    for (int i = 0; i < plain.length; i++) {
      assertEquals(Math.max(0, plain[i]), there[i]);
    }
    Tensor normal = normal(blocked);
    there = normal.to(Device.CUDA).to(Device.CPU).toFloatArray();
    assertArrayEquals(normal(again).toFloatArray(), there, 1e-5f); // added up in another order
    assertArrayEquals(normal.toFloatArray(), there);
    Tensor positive = normal(blocked).relu();
    float[] alike = positive.to(Device.CUDA).to(Device.CPU).toFloatArray();
    assertArrayEquals(positive.toFloatArray(), alike);
    for (int i = 0; i < alike.length; i++) {
      assertEquals(Math.max(0, there[i]), alike[i], 1e-5f);
    }
  }
}
