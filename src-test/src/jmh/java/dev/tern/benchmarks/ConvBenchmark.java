package dev.tern.benchmarks;

import dev.tern.Autograd;
import dev.tern.Tensor;
import dev.tern.Tern;
import dev.tern.shape.ConvOptions;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Convolutions of other kinds and sizes than the networks' forward passes, on one thread. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 1,
    jvmArgsAppend = {"--add-modules", "jdk.incubator.vector", "-XX:+UseParallelGC"})
public class ConvBenchmark {
  private static final ConvOptions PADDED = ConvOptions.padding(1);
  private static final double FIRST_LAYER = 2.0 * 64 * 16 * 32 * 32 * 3 * 9;
  private static final double INNER_LAYER = 2.0 * 64 * 32 * 16 * 16 * 32 * 9;

  private final Tensor images = Tensor.rand(64, 3, 32, 32);
  private final Tensor first = Tensor.rand(16, 3, 3, 3).requiresGrad_(true);
  private final Tensor x = Tensor.rand(64, 32, 16, 16).requiresGrad_(true);
  private final Tensor inner = Tensor.rand(32, 32, 3, 3);
  private final Tensor large = Tensor.rand(32, 64, 56, 56);
  private final Tensor wide = Tensor.rand(64, 64, 3, 3);
  private final Tensor planes = Tensor.rand(16, 64, 28, 28);
  private final Tensor oneTap = Tensor.rand(64, 64, 1, 1);
  private final Tensor depthwise = Tensor.rand(64, 1, 3, 3);

  @Setup
  public void oneThread() {
    Tern.setNumThreads(1);
  }

  /** Forward and gradient. */
  @Benchmark
  @Flops(2 * FIRST_LAYER)
  public Tensor firstLayerWeightGradient() {
    Tensor y = images.conv2d(first, null, PADDED);
    return Autograd.grad(y, y.detach(), false, false, first).get(0);
  }

  /** Forward and gradient. */
  @Benchmark
  @Flops(2 * INNER_LAYER)
  public Tensor inputGradient32Channels() {
    Tensor y = x.conv2d(inner, null, PADDED);
    return Autograd.grad(y, y.detach(), false, false, x).get(0);
  }

  @Benchmark
  @Flops(2.0 * 32 * 64 * 56 * 56 * 64 * 9)
  public Tensor forward64Channels() {
    return large.conv2d(wide, null, PADDED);
  }

  @Benchmark
  @Flops(2.0 * 16 * 64 * 28 * 28 * 64)
  public Tensor oneTap() {
    return planes.conv2d(oneTap, null, ConvOptions.padding(0));
  }

  @Benchmark
  @Flops(2.0 * 16 * 64 * 28 * 28 * 9)
  public Tensor depthwise() {
    return planes.conv2d(depthwise, null, ConvOptions.padding(1).groups(64));
  }
}
