package dev.tern.device.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tern.Autograd;
import dev.tern.Tensor;
import dev.tern.device.AdamSpec;
import dev.tern.device.Backend;
import dev.tern.device.Backends;
import dev.tern.device.Cuda;
import dev.tern.device.CudaGraph;
import dev.tern.device.Data;
import dev.tern.device.Device;
import dev.tern.device.Draw;
import dev.tern.device.Generator;
import dev.tern.device.SgdSpec;
import dev.tern.shape.DType;
import dev.tern.shape.DeviceException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a user of {@link Cuda} meets, through tensors. */
@Tag("cuda")
class TrainingStepTest {
  @BeforeAll
  static void load() {
    Emulator.load();
  }

  private static Tensor batch(int step) {
    return Tensor.of(new float[] {1 + step, 2, -1, 0.5f * step, 3, 1}).view(3, 2);
  }

  /** A step of gradient descent on the squared error of a linear map. */
  private static Runnable step(Tensor w, Tensor x, Tensor y) {
    return () -> {
      Tensor loss = x.matmul(w).sub(y).square().sum();
      w.setGrad(null);
      loss.backward();
      try (var off = Autograd.noGrad()) {
        w.sub_(w.grad().mul(0.01));
      }
    };
  }

  private static float[] train(Device device, boolean graph) {
    Tensor w = Tensor.of(new float[] {0.5f, -0.25f}).view(2, 1).to(device).requiresGrad_(true);
    Tensor x = batch(0).to(device);
    Tensor y = Tensor.of(new float[] {1, 2, 3}).view(3, 1).to(device);
    Runnable step = step(w, x, y);
    step.run();
    try (CudaGraph captured = graph ? Cuda.graph(device, step) : null) {
      for (int i = 1; i < 5; i++) {
        try (var off = Autograd.noGrad()) {
          x.copy_(batch(i).to(device));
        }
        if (captured != null) {
          captured.replay();
        } else {
          step.run();
        }
      }
      return w.detach().to(Device.CPU).toFloatArray();
    }
  }

  @Test
  void aCapturedStepTrainsAsTheStepItself() {
    float[] eager = train(Device.CUDA, false);
    assertArrayEquals(train(Device.CPU, false), eager, 1e-5f);
    assertArrayEquals(eager, train(Device.CUDA, true));
  }

  @Test
  void aGraphKeepsWhatAnOptimizerStepUses() {
    Backend gpu = Backends.of(Device.CUDA);
    Tensor w = Tensor.of(new float[] {1, 2}).to(Device.CUDA);
    Tensor velocity = Tensor.of(new float[] {0, 0}).to(Device.CUDA);
    Data[] parameters = {new Data(w.storage(), 0, w.shape())};
    Data[] velocities = {new Data(velocity.storage(), 0, w.shape())};
    SgdSpec spec = new SgdSpec(0.1, 0.9, 0, 0, false, false, false);
    try (CudaGraph graph =
        Cuda.graph(Device.CUDA, () -> gpu.sgd(spec, parameters, parameters, velocities))) {
      velocity.storage().giveBack("this test");
      assertThrows(IllegalStateException.class, graph::replay);
    }
  }

  @Test
  void whatAGraphCannotRepeatIsRefused() {
    Tensor x = Tensor.of(1, 2, 3).to(Device.CUDA);
    String said =
        assertThrows(DeviceException.class, () -> Cuda.graph(Device.CUDA, () -> x.sum().item()))
            .getMessage();
    assertTrue(said.startsWith("a copy to the host (item(),"), said);
    var adam = new AdamSpec(0.1, 0.9, 0.99, 1e-8, 0, false, false, 1);
    Data[] all = {x.data()};
    Backend gpu = Backends.of(Device.CUDA);
    said =
        assertThrows(
                DeviceException.class,
                () -> Cuda.graph(Device.CUDA, () -> gpu.adam(adam, all, all, all, all, null)))
            .getMessage();
    assertTrue(said.startsWith("Adam's step, whose bias correction changes with each,"), said);
    said = assertThrows(DeviceException.class, () -> Cuda.graph(Device.CPU, () -> {})).getMessage();
    assertTrue(said.startsWith("cpu captures no graphs"), said);
  }

  /** Uniform, normal, coins and whole numbers, from two generators. */
  private static List<float[]> draws(Runnable work, Tensor... drawn) {
    work.run();
    return Arrays.stream(drawn).map(x -> x.to(Device.CPU).toFloatArray()).toList();
  }

  @Test
  void aReplayDrawsWhatTheWorkWouldHave() {
    Tensor x = Tensor.zeros(9).to(Device.CUDA);
    Tensor y = Tensor.zeros(9).to(DType.FLOAT64).to(Device.CUDA);
    Tensor z = Tensor.zeros(9).to(DType.INT64).to(Device.CUDA);
    var own = Generator.of(1);
    Runnable work =
        () -> {
          x.uniform_(0, 1);
          y.normal_(0, 1, own);
          Backends.of(Device.CUDA).random(Draw.INTEGER, own, 0, 1000, z.data());
        };
    try (CudaGraph graph = Cuda.graph(Device.CUDA, work)) {
      Generator.manualSeed(5);
      own.seed(6);
      List<float[]> first = draws(work, x, y, z);
      List<float[]> second = draws(work, x, y, z);
      Generator.manualSeed(5);
      own.seed(6);
      for (List<float[]> expected : List.of(first, second)) {
        List<float[]> got = draws(graph::replay, x, y, z);
        for (int i = 0; i < 3; i++) {
          assertArrayEquals(expected.get(i), got.get(i));
        }
      }
      assertFalse(Arrays.equals(first.get(0), second.get(0)));
    }
  }

  @Test
  void whatThereIs_andWhatIsSaidOfWhatIsNot() {
    assertTrue(Cuda.isAvailable());
    assertEquals("", Cuda.whyUnavailable());
    int count = Cuda.deviceCount();
    assertTrue(count == 4 || count > 0 && !Emulator.isLoaded());
    String said =
        assertThrows(DeviceException.class, () -> Tensor.of(1).to(Device.cuda(count))).getMessage();
    assertEquals("there is no cuda:%d; found %d of type cuda".formatted(count, count), said);
  }

  @Test
  void mixingDevicesNamesTheOperationAndBoth() {
    Tensor here = Tensor.of(1, 2);
    Tensor there = here.to(Device.CUDA);
    String said = assertThrows(DeviceException.class, () -> here.add(there)).getMessage();
    assertTrue(said.contains("add") && said.contains("cpu") && said.contains("cuda:0"), said);
    said =
        assertThrows(DeviceException.class, () -> there.mul(here.to(Device.cuda(1)))).getMessage();
    assertTrue(said.contains("mul") && said.contains("cuda:0") && said.contains("cuda:1"), said);
  }

  @Test
  void tensorsMoveBetweenGpus() {
    Tensor there = Tensor.of(1, 2).to(Device.CUDA).to(Device.cuda(1));
    assertArrayEquals(new float[] {2, 4}, there.add(there).to(Device.CPU).toFloatArray());
  }

  @Test
  void memoryIsSummedUp_andTheCacheGivenBack() {
    Tensor kept = Tensor.zeros(1 << 20).to(Device.CUDA);
    kept.copy().storage().giveBack("this test");
    String summary = Cuda.memorySummary(Device.CUDA);
    assertTrue(
        summary.matches("cuda:0: .* MiB in \\d+ live tensors .* MiB cached, .* free of .*"),
        summary);
    Cuda.emptyCache(Device.CUDA);
    String after = Cuda.memorySummary(Device.CUDA);
    assertTrue(after.contains(" KiB cached"), after); // no MiB, but what became garbage since
    assertTrue(kept.sum().item() == 0);
    Cuda.synchronize(Device.CUDA);
  }
}
