package dev.tern.device.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tern.device.Data;
import dev.tern.shape.DType;
import dev.tern.shape.DeviceException;
import dev.tern.shape.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The runtime: memory, copies, launches and what is said when they fail. */
@Tag("cuda")
class CudaDeviceTest {
  private static final CudaDevice.Options CACHING = new CudaDevice.Options(false, true);
  private Trial trial;
  private CudaDevice gpu;

  @BeforeEach
  void open() {
    trial = Trial.open(2, CACHING);
    gpu = trial.gpu;
  }

  @AfterEach
  void leaveItUsable() {
    if (Emulator.isLoaded()) {
      Emulator.usual();
      Emulator.reset(2);
    }
  }

  private static String message(Runnable fails) {
    return assertThrows(DeviceException.class, fails::run).getMessage();
  }

  @Test
  void copiesEveryTypeThere_andBackFromAnOffset() {
    Object[] arrays = {
      new float[] {1, 2, 3},
      new double[] {1, 2, 3},
      new long[] {1, 2, 3},
      new int[] {1, 2, 3},
      new short[] {1, 2, 3},
      new byte[] {1, 2, 3}
    };
    DType[] dtypes = {
      DType.FLOAT32, DType.FLOAT64, DType.INT64, DType.INT32, DType.BFLOAT16, DType.UINT8
    };
    for (int i = 0; i < arrays.length; i++) {
      Data there = new Data(gpu.allocate(dtypes[i], 5), 2, Shape.of(3));
      gpu.upload(arrays[i], 0, there);
      Object back = java.lang.reflect.Array.newInstance(arrays[i].getClass().componentType(), 4);
      gpu.download(new Data(there.storage(), 3, Shape.of(2)), back, 1);
      for (int k = 0; k < 4; k++) {
        double expected = k == 1 ? 2 : k == 2 ? 3 : 0;
        assertEquals(expected, ((Number) java.lang.reflect.Array.get(back, k)).doubleValue());
      }
    }
  }

  @Test
  void fillsAndCopiesWithinTheDevice() {
    Data x = trial.empty(5);
    gpu.fill(x, Float.floatToRawIntBits(2.5f));
    Data y = trial.empty(5);
    gpu.copy(x, y);
    assertArrayEquals(new float[] {2.5f, 2.5f, 2.5f, 2.5f, 2.5f}, trial.read(y));
  }

  @Test
  void anUploadDoesNotWait_andTheArrayIsFreeAtOnce() {
    float[] values = new float[1 << 20]; // one whole buffer of the ring
    Data x = trial.empty(values.length);
    long before = Emulator.isLoaded() ? Emulator.get(Emulator.Setting.PENDING) : 0;
    for (int i = 0; i < 3; i++) {
      values[7] = i;
      gpu.upload(values, 0, x);
    }
    if (Emulator.isLoaded()) {
      assertEquals(before + 3, Emulator.get(Emulator.Setting.PENDING));
    }
    values[7] = -1;
    assertEquals(2, trial.read(x)[7]);
  }

  /** A loader that is ahead of the GPU waits for the oldest upload, not for what comes after. */
  @Test
  void whereTheRingIsInUseAnUploadWaitsForTheOldestAlone() {
    Data x = trial.empty(64);
    Data y = trial.floats(0);
    gpu.synchronize();
    final long waits = Emulator.get(Emulator.Setting.WAITS);
    for (int i = 0; i < 4; i++) {
      gpu.upload(new float[64], 0, x);
      trial.kernel("axpy").arg(1).arg(1f).arg(x).arg(y).run(1, 32);
    }
    assertEquals(waits, Emulator.get(Emulator.Setting.WAITS));
    final long pending = Emulator.get(Emulator.Setting.PENDING);
    gpu.upload(new float[64], 0, x);
    assertEquals(waits + 1, Emulator.get(Emulator.Setting.WAITS));
    assertEquals(pending, Emulator.get(Emulator.Setting.PENDING)); // one ran, one more is given
  }

  @Test
  void anUploadLongerThanTheRingArrivesWhole() {
    float[] values = new float[(6 << 20) + 3];
    for (int i = 0; i < values.length; i++) {
      values[i] = i % 1000;
    }
    Data x = trial.empty(values.length);
    gpu.upload(values, 0, x);
    assertArrayEquals(values, trial.read(x));
  }

  @Test
  void memoryGivenBackInFlightMayBeReusedAtOnce() {
    Data y = trial.floats(10, 20);
    Data x = trial.floats(1, 2);
    trial.kernel("axpy").arg(2).arg(1f).arg(x).arg(y).run(1, 32); // has not run yet
    final long address = CudaStorage.address(x);
    ((CudaStorage) x.storage()).recycle();
    Data next = trial.floats(100, 200);
    assertEquals(address, CudaStorage.address(next));
    assertArrayEquals(new float[] {11, 22}, trial.read(y));
    assertArrayEquals(new float[] {100, 200}, trial.read(next));
  }

  @Test
  void memoryThatWasGivenBackIsNotToBeUsed() {
    Data x = trial.floats(1, 2);
    ((CudaStorage) x.storage()).recycle();
    ((CudaStorage) x.storage()).recycle(); // twice is once
    IllegalStateException e = assertThrows(IllegalStateException.class, () -> trial.read(x));
    assertTrue(e.getMessage().contains("2 elements of FLOAT32 on " + gpu), e.getMessage());
  }

  @Test
  void garbageMakesRoom() {
    Emulator.set(Emulator.Setting.MEMORY, 64 << 20);
    for (int i = 0; i < 100; i++) {
      trial.empty(2 << 20); // 8 MiB each, 800 in all; nothing refers to them
    }
    assertTrue(gpu.memory().summary().contains("free of 64.0 MiB"), gpu.memory().summary());
  }

  @Test
  void cachedMemoryOfAnotherSizeMakesRoom() {
    Emulator.set(Emulator.Setting.MEMORY, 64 << 20);
    for (int i = 1; i < 5; i++) { // 4, 8, 12 and 16 MiB
      ((CudaStorage) trial.empty(i << 20).storage()).recycle();
    }
    Data x = trial.empty(12 << 20);
    gpu.upload(new float[] {5}, 0, new Data(x.storage(), (12 << 20) - 1, Shape.of(1)));
    gpu.synchronize();
  }

  @Test
  void exhaustionIsExplained_andTheProcessGoesOn() {
    Emulator.set(Emulator.Setting.MEMORY, 64 << 20);
    List<Data> kept = new ArrayList<>();
    String said =
        message(
            () -> {
              while (true) {
                kept.add(trial.empty(2 << 20));
              }
            });
    assertEquals(8, kept.size());
    assertTrue(
        said.startsWith(
            "cuda:2 is out of memory: asked for 8.0 MiB, free 0.0 KiB of 64.0 MiB; live tensors hold"
                + " 64.0 MiB, the cache 0.0 KiB."),
        said);
    kept.remove(7);
    Data x = trial.empty(2 << 20);
    gpu.upload(new float[] {3}, 0, new Data(x.storage(), 0, Shape.of(1)));
    assertEquals(3, trial.read(new Data(x.storage(), 0, Shape.of(1)))[0]);
  }

  @Test
  void nothingLeaks() {
    gpu.memory().trim();
    DeviceMemory driver = new DeviceMemory(gpu); // asks cuMemGetInfo
    final long before = driver.free();
    for (int i = 0; i < 20; i++) {
      ((CudaStorage) trial.empty(1 << i).storage()).recycle();
    }
    assertTrue(driver.free() < before);
    gpu.memory().trim();
    assertEquals(before, driver.free());
  }

  @Test
  void sizeClassesAreFourAnOctave() {
    long[] expected = {512, 512, 640, 640, 768, 896, 1024, 1280};
    long[] asked = {1, 512, 513, 640, 641, 896, 1000, 1025};
    for (int i = 0; i < asked.length; i++) {
      assertEquals(expected[i], CachingAllocator.sizeClass(asked[i]));
    }
    assertEquals(1L << 33, CachingAllocator.sizeClass((1L << 33) - 5));
  }

  @Test
  void manyThreadsUseOneDevice() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(6);
    try {
      List<Callable<float[]>> tasks = new ArrayList<>();
      for (int t = 0; t < 12; t++) {
        float value = t;
        tasks.add(
            () -> {
              Data y = trial.floats(0, 0, 0);
              for (int i = 0; i < 50; i++) {
                Data x = trial.floats(value, 2 * value, i);
                trial.kernel("axpy").arg(3).arg(1f).arg(x).arg(y).run(1, 32);
              }
              return trial.read(y);
            });
      }
      List<Future<float[]>> results = threads.invokeAll(tasks);
      for (int t = 0; t < 12; t++) {
        assertArrayEquals(new float[] {50 * t, 100 * t, 49 * 25}, results.get(t).get());
      }
    } finally {
      threads.shutdown();
    }
  }

  @Test
  void twoDevicesKeepTheirMemoryApart() {
    Trial other = Trial.open(3, CACHING);
    Data here = trial.floats(1);
    Data there = other.floats(2);
    other.kernel("axpy").arg(1).arg(1f).arg(there).arg(there).run(1, 32);
    trial.kernel("axpy").arg(1).arg(1f).arg(here).arg(here).run(1, 32);
    assertEquals(4, other.read(there)[0]);
    assertEquals(2, trial.read(here)[0]);
    assertEquals(
        "a kernel on " + gpu + " was given memory of " + other.gpu,
        message(() -> trial.kernel("axpy").arg(1).arg(1f).arg(there)));
  }

  @Test
  void aFaultNamesTheLastKernels_andTheDeviceIsLost_butNotTheOther() {
    Assumptions.assumeTrue(Emulator.isLoaded(), "a real GPU would be lost to the other tests");
    final Data x = trial.empty(64);
    final Data y = trial.floats(0);
    trial.kernel("axpy").arg(1).arg(1f).arg(y).arg(y).run(1, 32);
    trial.kernel("beyond").arg(x).arg(128).run(1, 64);
    trial.kernel("axpy").arg(1).arg(1f).arg(y).arg(y).run(1, 32);
    String said = message(gpu::synchronize);
    assertTrue(
        said.startsWith(
            "cuda:2: a kernel failed: CUDA_ERROR_ILLEGAL_ADDRESS (700), noticed when synchronizing."),
        said);
    assertTrue(said.contains("the last were trial_axpy, trial_beyond, trial_axpy;"), said);
    assertTrue(said.contains("-Dtern.cuda.sync=true"), said);
    assertTrue(said.contains("context is lost"), said);
    assertEquals(said, message(() -> trial.floats(1)));
    assertEquals(said, message(gpu::synchronize));
    Trial other = Trial.open(3, CACHING);
    assertEquals(7, other.read(other.floats(7))[0]);
  }

  @Test
  void withSyncAFaultNamesItsKernel() {
    Assumptions.assumeTrue(Emulator.isLoaded(), "a real GPU would be lost to the other tests");
    Trial synced = Trial.open(2, new CudaDevice.Options(true, false));
    Data x = synced.empty(64);
    String said = message(() -> synced.kernel("beyond").arg(x).arg(64).run(1, 64));
    assertTrue(said.contains("noticed when running trial_beyond."), said);
  }

  @Test
  void wrongArgumentsAreRefusedBeforeTheDriverSeesThem() {
    Data x = trial.floats(1);
    String wrongType =
        assertThrows(IllegalStateException.class, () -> trial.kernel("axpy").arg(1f)).getMessage();
    assertEquals("argument 0 of trial_axpy is f32; it takes [u32, f32, u64, u64]", wrongType);
    String tooFew =
        assertThrows(IllegalStateException.class, () -> trial.kernel("axpy").arg(1).run(1, 1))
            .getMessage();
    assertEquals("trial_axpy takes [u32, f32, u64, u64], got 1 arguments", tooFew);
    assertThrows(
        IllegalStateException.class,
        () -> trial.kernel("axpy").arg(1).arg(1f).arg(x).arg(x).arg(x));
    assertThrows(IllegalStateException.class, () -> gpu.kernel("nonesuch"));
  }

  @Test
  void argumentsOfTheNextLaunchLieInTheSameBlock() {
    Data y = trial.floats(1);
    Launch first = trial.kernel("axpy");
    first.arg(1).arg(1f).arg(y).arg(y).run(1, 32);
    Launch second = trial.kernel("axpy");
    assertSame(first, second); // no pinned memory is asked for
    second.arg(1).arg(1f).arg(y).arg(y).run(1, 32);
    assertEquals(4, trial.read(y)[0]);
  }

  @Test
  void aLaunchMayBeginWhileAnotherIsPrepared() {
    Data y = trial.floats(1);
    Launch outer = trial.kernel("axpy").arg(1).arg(3f);
    trial.kernel("axpy").arg(1).arg(1f).arg(y).arg(y).run(1, 32); // y = 2
    outer.arg(y).arg(y).run(1, 32);
    assertEquals(8, trial.read(y)[0]);
  }

  @Test
  void aDriverTooOldForAModuleIsNamed() {
    String ptx = Ptx.load("trials").text();
    Emulator.set(Emulator.Setting.DRIVER_VERSION, 10000);
    trial.kernel("axpy"); // 6.3 came with CUDA 10.0
    gpu.use(Ptx.of("newer", ptx.replace(".version 6.3", ".version 7.0")));
    assertEquals(
        "cuda:2 (Emulated GPU 2): the NVIDIA driver is too old for Tern's kernels (PTX 7.0 for"
            + " compute capability 7.5); update it",
        message(() -> trial.kernel("sum")));
  }
}
