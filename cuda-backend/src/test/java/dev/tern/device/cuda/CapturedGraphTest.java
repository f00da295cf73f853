package dev.tern.device.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tern.device.Data;
import dev.tern.shape.DeviceException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("cuda")
class CapturedGraphTest {
  private Trial trial;
  private CudaDevice gpu;

  @BeforeEach
  void open() {
    trial = Trial.open(2, new CudaDevice.Options(false, true));
    gpu = trial.gpu;
  }

  @AfterEach
  void leaveItUsable() {
    if (Emulator.isLoaded()) {
      Emulator.usual();
      Emulator.reset(2);
    }
  }

  private void axpy(Data x, Data y) {
    trial.kernel("axpy").arg(x.numel()).arg(1f).arg(x).arg(y).run(1, 32);
  }

  @Test
  void nothingRunsAtCapture_andEachReplayReadsItsInputAnew() {
    Data x = trial.floats(1, 2);
    Data sum = trial.floats(0, 0);
    try (CapturedGraph graph =
        gpu.capture(
            () -> {
              Data twice = trial.empty(2); // the graph's own memory
              gpu.fill(twice, 0);
              axpy(x, twice);
              axpy(x, twice);
              axpy(twice, sum);
            })) {
      assertArrayEquals(new float[] {0, 0}, trial.read(sum));
      graph.replay();
      gpu.upload(new float[] {10, 20}, 0, x);
      graph.replay();
      assertArrayEquals(new float[] {22, 44}, trial.read(sum));
    }
  }

  @Test
  void itsMemoryIsNotHandedOutWhileItIsOpen_andGivenBackAfter() {
    Data out = trial.floats(0);
    long before = Emulator.get(Emulator.Setting.ALLOCATIONS);
    CapturedGraph graph =
        gpu.capture(
            () -> {
              Data five = trial.empty(1);
              gpu.fill(five, Float.floatToRawIntBits(5));
              axpy(five, out);
              ((CudaStorage) five.storage()).recycle();
            });
    trial.floats(-1); // as large as what was given back, but not the same
    assertEquals(before + 2, Emulator.get(Emulator.Setting.ALLOCATIONS));
    graph.replay();
    assertEquals(5, trial.read(out)[0]);
    graph.close();
    graph.close();
    assertEquals(before + 1, Emulator.get(Emulator.Setting.ALLOCATIONS));
    assertThrows(IllegalStateException.class, graph::replay);
  }

  @Test
  void whatIsFreedMeanwhile_byAnyThread_isFreedAfterwards() throws Exception {
    trial = Trial.open(2); // what is given back goes to the driver
    gpu = trial.gpu;
    Data[] of = {trial.empty(1), trial.empty(1)};
    Data x = trial.floats(1);
    Data y = trial.floats(0);
    final long allocations = Emulator.get(Emulator.Setting.ALLOCATIONS);
    final long free = new DeviceMemory(gpu).free();
    try (CapturedGraph graph =
        gpu.capture(
            () -> {
              axpy(x, y);
              ((CudaStorage) of[0].storage()).recycle();
              Thread other = new Thread(((CudaStorage) of[1].storage())::recycle);
              other.start();
              try {
                other.join();
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
              assertEquals(allocations, Emulator.get(Emulator.Setting.ALLOCATIONS));
            })) {
      assertEquals(allocations - 2, Emulator.get(Emulator.Setting.ALLOCATIONS));
      assertTrue(new DeviceMemory(gpu).free() > free); // by cuMemGetInfo
      graph.replay();
      assertEquals(1, trial.read(y)[0]);
    }
  }

  @Test
  void whatReturnsAfterItsEndIsHandedOutAgain() {
    Data[] of = new Data[1];
    gpu.capture(() -> of[0] = trial.empty(1 << 20)).close();
    final long allocations = Emulator.get(Emulator.Setting.ALLOCATIONS);
    final long address = CudaStorage.address(of[0]);
    ((CudaStorage) of[0].storage()).recycle();
    assertEquals(allocations, Emulator.get(Emulator.Setting.ALLOCATIONS)); // no wait to free it
    assertEquals(address, CudaStorage.address(trial.empty(1 << 20)));
  }

  @Test
  void theCacheMakesRoomForAGraph() {
    Emulator.set(Emulator.Setting.MEMORY, 64 << 20);
    ((CudaStorage) trial.empty(12 << 20).storage()).recycle(); // 48 MiB
    gpu.capture(() -> trial.empty(4 << 20)).close();
  }

  @Test
  void memoryFromOutsideIsKept_unlessItWasGivenBack() {
    Data out = trial.floats(0);
    Data x = trial.floats(1);
    try (CapturedGraph graph = gpu.capture(() -> axpy(x, out))) {
      ((CudaStorage) x.storage()).recycle();
      String said = assertThrows(IllegalStateException.class, graph::replay).getMessage();
      assertTrue(said.contains("given back"), said);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"upload", "download", "synchronize"})
  void whatCannotBePartOfItIsRefused_andTheDeviceGoesOn(String what) {
    Data x = trial.floats(1);
    Runnable work =
        switch (what) {
          case "upload" -> () -> gpu.upload(new float[1], 0, x);
          case "download" -> () -> trial.read(x);
          default -> gpu::synchronize;
        };
    String said = assertThrows(DeviceException.class, () -> gpu.capture(work)).getMessage();
    assertTrue(said.contains("cannot be part of a CUDA graph (" + gpu + ")"), said);
    assertEquals(1, trial.read(x)[0]);
  }

  @Test
  void anOldDriverCapturesNone() {
    Data x = trial.floats(1);
    Emulator.set(Emulator.Setting.DRIVER_VERSION, 11030);
    assertEquals(
        "cuda:2 (Emulated GPU 2): the NVIDIA driver is too old for CUDA graphs (it has CUDA 11.3, 11.4"
            + " is the least); update it",
        assertThrows(DeviceException.class, () -> gpu.capture(() -> axpy(x, x))).getMessage());
    Emulator.set(Emulator.Setting.DRIVER_VERSION, 11040);
    gpu.capture(() -> axpy(x, x)).close();
    assertEquals(1, trial.read(x)[0]);
  }

  @Test
  void otherThreadsGoOnWhileOneCaptures() {
    Data x = trial.floats(1);
    Data y = trial.floats(0);
    try (CapturedGraph graph =
        gpu.capture(
            () -> {
              axpy(x, y);
              Thread other = new Thread(() -> gpu.upload(new float[] {7}, 0, x));
              other.start();
              try {
                other.join();
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
              assertThrows(DeviceException.class, () -> gpu.capture(() -> {}));
            })) {
      assertEquals(7, trial.read(x)[0]);
      assertEquals(0, trial.read(y)[0]);
      graph.replay();
      assertEquals(7, trial.read(y)[0]);
    }
  }
}
