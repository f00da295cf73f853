package dev.tern.tests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tern.Parameter;
import dev.tern.Tensor;
import dev.tern.device.Device;
import dev.tern.device.Generator;
import dev.tern.examples.NetRes;
import dev.tern.io.Checkpoint;
import dev.tern.nn.CrossEntropyLoss;
import dev.tern.nn.Module;
import dev.tern.optim.Adam;
import dev.tern.optim.Optimizer;
import dev.tern.optim.SGD;
import dev.tern.shape.DeviceException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A module, its optimizer and its state on their way between the CPU and a GPU. */
@Tag("cuda")
class DeviceMoveTest {
  private Device cuda;

  @BeforeEach
  void device() {
    cuda = Devices.cuda();
  }

  private static NetRes model() {
    Generator.manualSeed(3);
    return new NetRes();
  }

  private static Tensor images() {
    Generator.manualSeed(4);
    return Tensor.randn(2, 3, 32, 32);
  }

  private static float step(Module model, Optimizer optimizer, Device device) {
    Tensor labels = Tensor.of(new long[] {0, 1}).to(device);
    Tensor loss = new CrossEntropyLoss().apply(model.apply(images().to(device)), labels);
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    return (float) loss.item();
  }

  @Test
  void aModuleMovesThereAndBackWithoutAChange() {
    NetRes model = model();
    List<Parameter> before = List.copyOf(model.parameters());
    var state = model().stateDict();
    assertSame(model, model.to(cuda));
    for (Tensor t : model.stateDict().values()) {
      assertEquals(cuda, t.device());
    }
    model.to(Device.CPU);
    assertEquals(before, List.copyOf(model.parameters()), "the parameters are the same objects");
    model
        .stateDict()
        .forEach((key, t) -> assertTrue(t.equal(state.get(key)), () -> key + " has changed"));
  }

  @Test
  void anOptimizerMadeBeforeTheMoveStepsTheMovedParameters() {
    for (boolean adam : new boolean[] {false, true}) {
      Module here = model();
      Module there = model();
      Optimizer stepsHere = optimizer(adam, here);
      Optimizer stepsThere = optimizer(adam, there);
      step(here, stepsHere, Device.CPU);
      step(there, stepsThere, Device.CPU); // what it remembers is on the CPU then
      there.to(cuda);
      float first = step(here, stepsHere, Device.CPU);
      assertEquals(first, step(there, stepsThere, cuda), 1e-4f * first);
      float second = step(here, stepsHere, Device.CPU);
      assertNotEquals(first, second);
      assertEquals(second, step(there, stepsThere, cuda), 1e-3f * Math.max(1, second));
    }
  }

  private static Optimizer optimizer(boolean adam, Module model) {
    return adam
        ? new Adam(model.parameters(), Adam.lr(1e-3))
        : new SGD(model.parameters(), SGD.lr(1e-2).momentum(0.9));
  }

  @Test
  void whatAGpuSavesOpensAnywhere(@TempDir Path folder) throws Exception {
    NetRes model = model();
    Path file = folder.resolve("net.pt");
    Checkpoint.save(model.to(cuda).stateDict(), file);
    var onCpu = Checkpoint.load(file);
    var state = model().stateDict();
    assertEquals(List.copyOf(state.keySet()), List.copyOf(onCpu.keySet()));
    onCpu.forEach(
        (key, t) -> {
          assertEquals(Device.CPU, t.device());
          assertTrue(t.equal(state.get(key)), key);
        });
    for (Tensor t : Checkpoint.load(file, cuda).values()) {
      assertEquals(cuda, t.device());
    }
    NetRes other = new NetRes();
    other.to(cuda);
    assertEquals("<All keys matched successfully>", other.loadStateDict(onCpu).toString());
    Tensor expected = model.eval().apply(images().to(cuda)).to(Device.CPU);
    Tensor actual = other.eval().apply(images().to(cuda)).to(Device.CPU);
    assertArrayEquals(expected.toFloatArray(), actual.toFloatArray());
  }

  @Test
  void aModelOnOneDeviceAndItsInputOnAnotherIsAnErrorThatNamesBoth() {
    Module model = model().to(cuda);
    DeviceException e = assertThrows(DeviceException.class, () -> model.apply(images()));
    assertTrue(e.getMessage().contains("conv2d"), e.getMessage());
    assertTrue(e.getMessage().contains("cpu"), e.getMessage());
    assertTrue(e.getMessage().contains(cuda.toString()), e.getMessage());
  }
}
