package dev.tern.tests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tern.Tensor;
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
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
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
    final Tensor images;
    final Tensor labels = Tensor.of(0L, 1, 1, 0).to(Device.CUDA);
    final CrossEntropyLoss lossFn = new CrossEntropyLoss();
    Tensor loss = Tensor.zeros();

    Training(String network) {
      Generator.manualSeed(7);
      images = Tensor.randn(4, 3, 32, 32).to(Device.CUDA);
      model = Networks.make(network).to(Device.CUDA);
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
}
