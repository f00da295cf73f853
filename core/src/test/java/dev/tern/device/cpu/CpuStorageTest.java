package dev.tern.device.cpu;

import static org.junit.jupiter.api.Assertions.assertSame;

import dev.tern.shape.DType;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import org.junit.jupiter.api.RepeatedTest;

class CpuStorageTest {
  private static float[] arrayAt(CyclicBarrier start, CpuStorage storage) {
    try {
      start.await();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
    return storage.floats();
  }

  @RepeatedTest(50)
  void theThreadsOfAKernelWriteToOneArray() {
    var storage = CpuStorage.allocate(DType.FLOAT32, 1 << 20);
    var start = new CyclicBarrier(2);
    var other = CompletableFuture.supplyAsync(() -> arrayAt(start, storage));
    assertSame(arrayAt(start, storage), other.join());
  }
}
