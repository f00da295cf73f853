package dev.tern.tests;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tern.Scope;
import dev.tern.Tensor;
import dev.tern.Tern;
import dev.tern.device.Generator;
import dev.tern.examples.Networks;
import dev.tern.nn.CrossEntropyLoss;
import dev.tern.nn.Module;
import dev.tern.optim.SGD;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A training that goes on does not need more and more memory: what is left on the heap after a
 * collection stays where it was after the first quarter of the steps.
 *
 * <p>{@code -Dtern.soak.steps=20000} makes it a long run, which then shows small leaks too.
 */
class SoakTest {
  private static final int STEPS = Integer.getInteger("tern.soak.steps", 200);
  private static final int MARKS = 8;
  private static final long MEGABYTE = 1 << 20;

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void heapAfterACollectionStaysFlat(boolean scoped) throws InterruptedException {
    Generator.manualSeed(0);
    Module model = Networks.make("Net");
    var optimizer = new SGD(model.parameters(), SGD.lr(1e-2).momentum(0.9));
    Tensor labels = Tensor.zeros(32).to(dev.tern.shape.DType.INT64);
    List<Long> heaps = new ArrayList<>();
    for (int step = 1; step <= STEPS; step++) {
      Scope scope = scoped ? Tern.scope() : null;
      try {
        Tensor images = Tensor.randn(32, 3, 32, 32);
        Tensor loss = new CrossEntropyLoss().apply(model.apply(images), labels);
        optimizer.zeroGrad();
        loss.backward();
        optimizer.step();
      } finally {
        if (scope != null) {
          scope.close();
        }
      }
      if (step % (STEPS / MARKS) == 0) {
        heaps.add(heapAfterCollection());
        if (STEPS > 1000) {
          System.out.printf(
              Locale.ROOT,
              "%s step %d: heap %.1f MB, resident %s%n",
              scoped ? "scoped" : "plain",
              step,
              heaps.get(heaps.size() - 1) / (double) MEGABYTE,
              resident());
        }
      }
    }
    long early = Math.max(heaps.get(0), heaps.get(1));
    long late = heaps.get(heaps.size() - 1);
    assertTrue(late < early + 2 * MEGABYTE, "heap after collections: " + heaps);
  }

  private static long heapAfterCollection() throws InterruptedException {
    System.gc();
    Thread.sleep(20); // until the kernels' threads have let go of their last work
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  private static String resident() {
    try {
      return Files.readAllLines(Path.of("/proc/self/status")).stream()
          .filter(line -> line.startsWith("VmRSS"))
          .findFirst()
          .orElse("unknown");
    } catch (IOException e) {
      return "unknown";
    }
  }
}
