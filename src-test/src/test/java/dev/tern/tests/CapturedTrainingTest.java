package dev.tern.tests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tern.Autograd;
import dev.tern.CrossEntropyOptions;
import dev.tern.Tensor;
import dev.tern.device.Cuda;
import dev.tern.device.CudaGraph;
import dev.tern.device.Device;
import dev.tern.device.Generator;
import dev.tern.device.cuda.Emulator;
import dev.tern.examples.Net;
import dev.tern.nn.F;
import dev.tern.nn.Module;
import dev.tern.optim.Optimizer;
import dev.tern.optim.SGD;
import dev.tern.shape.ShapeException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A training step on a GPU waits for nothing, so it can be a CUDA graph, loss and all. */
@Tag("cuda")
class CapturedTrainingTest {
  private static final int STEPS = 3;

  @BeforeEach
  void load() {
    Devices.cuda();
  }

  /** A network, its optimizer and the memory that its step reads. */
  private static final class Training {
    final Module model;
    final Optimizer optimizer;
    final Tensor images;
    final Tensor labels;
    Tensor loss = Tensor.zeros();

    Training(Device device) {
      Generator.manualSeed(3);
      model = new Net();
      images = batch(0).to(device);
      labels = Tensor.of(labels(0)).to(device);
      model.to(device);
      optimizer = new SGD(model.parameters(), SGD.lr(0.05).momentum(0.9));
    }

    static Tensor batch(int step) {
      Generator.manualSeed(100 + step);
      return Tensor.randn(3, 3, 32, 32);
    }

    static long[] labels(int step) {
      return new long[] {step % 2, 1, -100}; // one is left out
    }

    void step() {
      loss = F.crossEntropy(model.apply(images), labels, CrossEntropyOptions.DEFAULTS);
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
    }

    void feed(Tensor batch, Tensor target) {
      try (var off = Autograd.noGrad()) {
        images.copy_(batch);
        labels.copy_(target);
      }
    }

    List<float[]> state() {
      List<float[]> state = new ArrayList<>();
      model.stateDict().values().forEach(x -> state.add(x.to(Device.CPU).toFloatArray()));
      return state;
    }
  }

  private static List<float[]> train(Device device, boolean captured) {
    Training training = new Training(device);
    training.step(); // makes gradients and momentum
    try (CudaGraph graph = captured ? Cuda.graph(device, training::step) : null) {
      for (int i = 1; i <= STEPS; i++) {
        training.feed(Training.batch(i).to(device), Tensor.of(Training.labels(i)).to(device));
        if (graph != null) {
          graph.replay();
        } else {
          training.step();
        }
      }
      List<float[]> state = training.state();
      state.add(new float[] {(float) training.loss.item()});
      return state;
    }
  }

  @Test
  void aCapturedStepGivesTheSameBits() {
    List<float[]> eager = train(Device.CUDA, false);
    List<float[]> captured = train(Device.CUDA, true);
    List<float[]> cpu = train(Device.CPU, false);
    for (int i = 0; i < eager.size(); i++) {
      assertArrayEquals(eager.get(i), captured.get(i));
      assertArrayEquals(cpu.get(i), eager.get(i), 1e-4f);
    }
  }

  @Test
  void aStepWaitsForNothing() {
    Training training = new Training(Device.CUDA);
    training.step();
    long waits = Emulator.get(Emulator.Setting.WAITS);
    training.step();
    training.step();
    assertEquals(waits, Emulator.get(Emulator.Setting.WAITS));
    training.loss.item();
    assertTrue(Emulator.get(Emulator.Setting.WAITS) > waits); // they are counted
  }

  @Test
  void aWrongLabelIsToldWhenSomebodyWaits() {
    Training training = new Training(Device.CUDA);
    training.feed(training.images, Tensor.of(1L, 2, -100).to(Device.CUDA));
    training.step();
    String expected = "crossEntropy: target 2 at position 1 is out of range for 2 classes";
    assertEquals(expected, assertThrows(ShapeException.class, training.loss::item).getMessage());
    training.feed(training.images, Tensor.of(1L, 0, 1).to(Device.CUDA));
    try (CudaGraph graph = Cuda.graph(Device.CUDA, training::step)) {
      graph.replay();
      Cuda.synchronize(Device.CUDA);
      training.feed(training.images, Tensor.of(1L, 2, 1).to(Device.CUDA));
      graph.replay();
      assertEquals(
          expected,
          assertThrows(ShapeException.class, () -> Cuda.synchronize(Device.CUDA)).getMessage());
    }
    Training here = new Training(Device.CPU);
    here.feed(here.images, Tensor.of(1L, 2, -100));
    assertEquals(expected, assertThrows(ShapeException.class, here::step).getMessage());
  }

  /** How often the host waited; a real driver does not tell. */
  private static long waits() {
    return Emulator.isLoaded() ? Emulator.get(Emulator.Setting.WAITS) : 0;
  }

  @Test
  void gatheringAndScatteringWaitForNothing() {
    Tensor x = Tensor.arange(12).view(3, 4).to(Device.CUDA);
    Tensor index = Tensor.of(3L, 0, 1, 2).view(2, 2).to(Device.CUDA);
    Tensor wrong = Tensor.of(3L, 0, -1, 2).view(2, 2).to(Device.CUDA);
    Tensor source = Tensor.of(10L, 20, 30, 40).view(2, 2).to(Device.CUDA);
    Tensor twice = Tensor.of(1L, 1, 2, 2).view(2, 2).to(Device.CUDA);
    Cuda.synchronize(Device.CUDA);
    long waits = waits();
    Tensor gathered = x.gather(1, index);
    Tensor scattered = x.scatter(1, twice, source);
    Tensor added = x.scatterAdd(1, twice, source);
    Tensor unknown = x.gather(1, wrong);
    assertEquals(waits, waits());
    String said = assertThrows(ShapeException.class, unknown::toLongArray).getMessage();
    assertEquals(
        "gather: index -1 at position 2 is out of range for dimension 1 of [3, 4], which has 4",
        said);
    assertArrayEquals(new long[] {3, 0, 5, 6}, gathered.toLongArray());
    assertArrayEquals(new long[] {0, 20, 2, 3, 4, 5, 40, 7, 8, 9, 10, 11}, scattered.toLongArray());
    assertArrayEquals(new long[] {0, 31, 2, 3, 4, 5, 76, 7, 8, 9, 10, 11}, added.toLongArray());
  }

  @Test
  void indicesOfTensorsWaitForNothing() {
    Tensor x = Tensor.arange(24).view(2, 3, 4).to(Device.CUDA);
    Tensor i = Tensor.of(1L, -1).to(Device.CUDA);
    Tensor j = Tensor.of(-4L, 2).to(Device.CUDA);
    Tensor wrong = Tensor.of(0L, -5).to(Device.CUDA);
    Tensor values = Tensor.of(100L, 200).view(2, 1).to(Device.CUDA);
    Cuda.synchronize(Device.CUDA);
    long waits = waits();
    Tensor taken = x.index(i, null, j);
    Tensor put = x.select(0, 0).indexPut(new Tensor[] {j.clamp(0, 2)}, values);
    Tensor added = x.select(0, 0).indexPut(new Tensor[] {null, i}, values.view(-1), true);
    Tensor unknown = x.index(null, null, wrong);
    assertEquals(waits, waits());
    String said = assertThrows(ShapeException.class, unknown::toLongArray).getMessage();
    assertEquals(
        "index: index -5 at position 1 is out of range for dimension 2 of [2, 3, 4], which has 4",
        said);
    assertArrayEquals(new long[] {12, 16, 20, 14, 18, 22}, taken.toLongArray());
    assertArrayEquals(
        new long[] {100, 100, 100, 100, 4, 5, 6, 7, 200, 200, 200, 200}, put.toLongArray());
    assertArrayEquals(
        new long[] {0, 101, 2, 203, 4, 105, 6, 207, 8, 109, 10, 211}, added.toLongArray());
  }
}
