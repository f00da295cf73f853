package dev.tern.device.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tern.device.Data;
import dev.tern.shape.DType;
import dev.tern.shape.DeviceException;
import dev.tern.shape.Shape;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The emulated driver computes what a GPU would, and finds the mistakes it is there to find. */
class EmulatorTest {
  private Trial trial;

  @BeforeEach
  void open() {
    trial = Trial.open(2);
    Assumptions.assumeTrue(Emulator.isLoaded(), "a real driver is not the emulated one");
  }

  @AfterEach
  void leaveItUsable() {
    Emulator.reset(2);
  }

  private static float[] ramp(int n) {
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = i;
    }
    return values;
  }

  private void fails(String code, String reason) {
    DeviceException e = assertThrows(DeviceException.class, trial.gpu::synchronize);
    assertTrue(e.getMessage().contains(code), e.getMessage());
    assertTrue(Emulator.message().contains(reason), Emulator.message());
  }

  @Test
  void runsABlockMoreThanThereAreElements() {
    Data x = trial.floats(ramp(1000));
    Data y = trial.floats(ramp(1000));
    trial.kernel("axpy").arg(1000).arg(2f).arg(x).arg(y).run(4, 256);
    float[] read = trial.read(y);
    for (int i = 0; i < 1000; i++) {
      assertEquals(3 * i, read[i]);
    }
  }

  @Test
  void passesStructsAndWideNumbers() {
    Data out = trial.floats(0, 0, 0);
    trial.kernel("struct").arg(new int[] {1, 2, 3, 4}).arg(0.5).arg(7L).arg(out).run(1, 1);
    assertArrayEquals(new float[] {4321, 0.5f, 7}, trial.read(out));
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 2, 3, 4})
  void barriersAndShufflesHoldInEveryOrderOfThreads(long order) {
    Emulator.set(Emulator.Setting.ORDER, order);
    Data x = trial.floats(ramp(600));
    Data sum = trial.floats(0);
    trial.kernel("sum").arg(600).arg(x).arg(sum).run(3, 256);
    assertArrayEquals(new float[] {300 * 599}, trial.read(sum));
    Data y = trial.empty(128);
    trial.kernel("reverse").arg(trial.floats(ramp(128))).arg(y).run(2, 64);
    assertEquals(63, trial.read(y)[0]);
    assertEquals(64, trial.read(y)[127]);
  }

  @Test
  void aMissingBarrierShowsAsNaNInEveryOrder() {
    for (long order = 0; order < 4; order++) {
      Emulator.set(Emulator.Setting.ORDER, order);
      Data y = trial.empty(64);
      trial.kernel("reverse_racy").arg(trial.floats(ramp(64))).arg(y).run(1, 64);
      int wrong = 0;
      for (float value : trial.read(y)) {
        wrong += Float.isNaN(value) ? 1 : 0;
      }
      assertTrue(wrong > 0, "order " + order);
    }
  }

  @Test
  void votesNameTheLanes() {
    Data x = new Data(trial.gpu.allocate(DType.INT32, 32), 0, Shape.of(32));
    int[] values = new int[32];
    values[1] = values[31] = 5;
    trial.gpu.upload(values, 0, x);
    Data votes = new Data(trial.gpu.allocate(DType.INT32, 1), 0, Shape.of(1));
    trial.kernel("votes").arg(x).arg(votes).run(1, 32);
    int[] read = {0};
    trial.gpu.download(votes, read, 0);
    assertEquals(1 << 31 | 1 << 1, read[0]);
  }

  @ParameterizedTest
  @ValueSource(ints = {-64, 4})
  void anAccessOutOfBoundsIsIllegal(int far) {
    trial.kernel("beyond").arg(trial.empty(64)).arg(far == 4 ? 64 : -1100).run(1, 64);
    fails("700", "illegal address");
  }

  @Test
  void anAccessAfterTheEndOfATensorsLifeIsIllegal() {
    Data x = trial.empty(1024);
    long address = CudaStorage.address(x);
    ((CudaStorage) x.storage()).recycle();
    trial.kernel("beyond").arg(address).arg(0).run(1, 64);
    fails("700", "illegal address");
  }

  @Test
  void anIndexOutsideASharedArrayIsIllegal() {
    trial.kernel("outside_shared").arg(trial.empty(32)).arg(1).run(1, 32);
    fails(
        "700",
        "out of an array's bounds in trial_outside_shared, block (0, 0, 0), thread (31, 0, 0)");
  }

  @Test
  void threadsThatWaitAtTwoBarriersHaveDiverged() {
    trial.kernel("diverges").arg(trial.empty(64)).run(1, 64);
    fails("719", "two different __syncthreads()");
  }

  @Test
  void aWarpFunctionInABranchHasDiverged() {
    trial.kernel("shuffles_in_a_branch").arg(trial.empty(32)).run(1, 32);
    fails("719", "two different warp functions");
  }

  @Test
  void aShuffleFromALaneThatHasLeftIsRefused() {
    trial.kernel("shuffles_with_the_gone").arg(trial.empty(32)).run(1, 32);
    fails("719", "lane 16, which does not take part");
  }

  @Test
  void workWaitsForASynchronisation() {
    Data y = trial.floats(0);
    trial.gpu.synchronize();
    final long before = Emulator.get(Emulator.Setting.PENDING); // of other devices
    trial.kernel("axpy").arg(1).arg(1f).arg(y).arg(y).run(1, 32);
    assertEquals(before + 1, Emulator.get(Emulator.Setting.PENDING));
    trial.gpu.synchronize();
    assertEquals(before, Emulator.get(Emulator.Setting.PENDING));
    Emulator.set(Emulator.Setting.LAZY, 0);
    trial.kernel("axpy").arg(1).arg(1f).arg(y).arg(y).run(1, 32);
    assertEquals(before, Emulator.get(Emulator.Setting.PENDING));
  }

  @Test
  void stalePtxIsRefused() {
    String ptx = Ptx.load("trials").text();
    trial.gpu.use(
        Ptx.of("stale", ptx.replace(".u32 trial_axpy_param_0", ".u64 trial_axpy_param_0")));
    assertThrows(DeviceException.class, () -> trial.kernel("axpy"));
    assertTrue(Emulator.message().contains("the PTX is stale"), Emulator.message());
    trial.gpu.use(Ptx.of("foreign", ptx.replace("trial_axpy(", "trial_unknown(")));
    assertThrows(DeviceException.class, () -> trial.kernel("unknown"));
    assertTrue(Emulator.message().contains("not in the sources"), Emulator.message());
  }

  @Test
  void memoryThatNobodyWroteIsNaN() {
    assertTrue(Float.isNaN(trial.read(trial.empty(3))[2]));
  }

  @Test
  void blocksOfOneDeviceLeaveAnotherItsShareOfTheMappings() {
    List<Data> held = new ArrayList<>();
    assertThrows(
        DeviceException.class,
        () -> {
          for (int i = 0; i < 10_000; i++) {
            held.add(trial.empty(1));
          }
        });
    Trial other = Trial.open(3);
    assertEquals(5, other.read(other.floats(5))[0]);
  }
}
