package dev.tern.benchmarks;

import dev.tern.Tensor;
import dev.tern.Tern;
import dev.tern.device.Generator;
import dev.tern.examples.Networks;
import dev.tern.nn.CrossEntropyLoss;
import dev.tern.nn.Module;
import dev.tern.optim.SGD;
import dev.tern.shape.Shape;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** One training step of batch 64 (an epoch of 10,000 images has 157), and one inference. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 4, time = 3)
@Measurement(iterations = 5, time = 2)
@Fork(
    value = 1,
    jvmArgsAppend = {"--add-modules", "jdk.incubator.vector", "-XX:+UseParallelGC"})
public class StepBenchmark {
  @Param({"Net", "NetWidth", "NetBatchNorm", "NetRes", "NetResDeep"})
  String network;

  @Param({"1", "2"})
  int threads;

  @Param({"true", "false"})
  boolean scoped;

  private final CrossEntropyLoss lossFn = new CrossEntropyLoss();
  private Module model;
  private SGD optimizer;
  private Tensor images;
  private Tensor labels;

  @Setup
  public void make() {
    Tern.setNumThreads(threads);
    Generator.manualSeed(0);
    model = Networks.make(network);
    optimizer = new SGD(model.parameters(), SGD.lr(1e-3));
    images = Tensor.randn(64, 3, 32, 32);
    labels = Tensor.randint(0, 2, Shape.of(64));
  }

  @Benchmark
  public double step() {
    if (!scoped) {
      return train();
    }
    try (var step = Tern.scope()) {
      return train();
    }
  }

  private double train() {
    Tensor loss = lossFn.apply(model.apply(images), labels);
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    return loss.item();
  }
}
