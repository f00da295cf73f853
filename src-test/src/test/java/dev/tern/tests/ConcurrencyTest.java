package dev.tern.tests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tern.Autograd;
import dev.tern.Tensor;
import dev.tern.device.Generator;
import dev.tern.examples.Net;
import dev.tern.examples.NetBatchNorm;
import dev.tern.examples.NetDropout;
import dev.tern.nn.CrossEntropyLoss;
import dev.tern.nn.Module;
import dev.tern.shape.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * One model served by two threads, and two models trained side by side: the same numbers as by one
 * thread.
 */
@Timeout(120)
class ConcurrencyTest {
  private static final int ROUNDS = 20;

  /** Runs a task on two threads at once, each told its number. */
  private static <T> List<T> onTwoThreads(IntFunction<Callable<T>> task) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(2);
    var start = new CyclicBarrier(2);
    try {
      List<Future<T>> running = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        Callable<T> work = task.apply(i);
        running.add(
            threads.submit(
                () -> {
                  start.await();
                  return work.call();
                }));
      }
      List<T> results = new ArrayList<>();
      for (Future<T> each : running) {
        results.add(each.get());
      }
      return results;
    } finally {
      threads.shutdownNow();
    }
  }

  private static Tensor images(int seed) {
    Generator.manualSeed(seed);
    return Tensor.randn(16, 3, 32, 32);
  }

  @Test
  void aModelIsServedByTwoThreads() throws Exception {
    List<Supplier<Module>> networks = List.of(Net::new, NetBatchNorm::new, NetDropout::new);
    for (Supplier<Module> network : networks) {
      Generator.manualSeed(1);
      Module model = network.get().eval();
      List<Tensor> inputs = List.of(images(2), images(3));
      List<float[]> alone = new ArrayList<>();
      for (Tensor input : inputs) {
        alone.add(answer(model, input));
      }
      List<Boolean> same =
          onTwoThreads(
              i ->
                  () -> {
                    for (int round = 0; round < ROUNDS; round++) {
                      assertArrayEquals(alone.get(i), answer(model, inputs.get(i)));
                    }
                    return true;
                  });
      assertEquals(List.of(true, true), same);
    }
  }

  private static float[] answer(Module model, Tensor input) {
    try (var off = Autograd.noGrad()) {
      return model.apply(input).toFloatArray();
    }
  }

  @Test
  void backwardRunsOverSeparateGraphs() throws Exception {
    List<List<float[]>> alone = List.of(gradients(0), gradients(1));
    List<List<float[]>> together =
        onTwoThreads(
            i ->
                () -> {
                  for (int round = 1; round < ROUNDS; round++) {
                    gradients(i);
                  }
                  return gradients(i);
                });
    for (int i = 0; i < 2; i++) {
      for (int p = 0; p < alone.get(i).size(); p++) {
        assertArrayEquals(alone.get(i).get(p), together.get(i).get(p));
      }
    }
  }

  /**
   * Gradients of a network of this thread's own, weights and images from the thread's generator.
   */
  private static List<float[]> gradients(int seed) {
    Generator.manualSeed(seed);
    Module model = new NetDropout();
    Tensor labels = Tensor.randint(0, 2, Shape.of(16));
    Tensor output = model.apply(Tensor.randn(16, 3, 32, 32));
    new CrossEntropyLoss().apply(output, labels).backward();
    return model.parameters().stream().map(p -> p.grad().toFloatArray()).toList();
  }

  @Test
  void backwardOfGraphsThatShareTheirLeaves() throws Exception {
    Tensor weight = Tensor.of(1.0, 2.0, 3.0).requiresGrad_(true);
    onTwoThreads(
        i ->
            () -> {
              for (int round = 0; round < 500; round++) {
                weight.mul(2).sum().backward();
              }
              return true;
            });
    assertArrayEquals(new double[] {2000, 2000, 2000}, weight.grad().toDoubleArray());
  }

  @Test
  void gradModeBelongsToTheThread() throws Exception {
    try (var off = Autograd.noGrad()) {
      assertFalse(Autograd.isEnabled());
      assertEquals(List.of(true, true), onTwoThreads(i -> Autograd::isEnabled));
    }
    assertTrue(Autograd.isEnabled());
  }
}
