package dev.tern.benchmarks;

import dev.tern.Autograd;
import dev.tern.Tensor;
import dev.tern.Tern;
import dev.tern.shape.ConvOptions;
import dev.tern.shape.PoolOptions;
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

/**
 * Single operations on one thread, at the sizes the example networks have, and the price of small
 * ones. What counts as an operation of {@link Flops} is the direct algorithm's: Winograd's, which
 * does with fewer, can go beyond the peak.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 1,
    jvmArgsAppend = {"--add-modules", "jdk.incubator.vector", "-XX:+UseParallelGC"})
public class KernelBenchmark {
  private static final ConvOptions PADDED = ConvOptions.padding(1);
  private static final double FIRST_LAYER = 2.0 * 64 * 16 * 32 * 32 * 3 * 9;
  private static final double WIDE_LAYER = 2.0 * 64 * 32 * 16 * 16 * 32 * 9;

  private final Tensor images = Tensor.rand(64, 3, 32, 32);
  private final Tensor wide = Tensor.rand(64, 32, 16, 16);
  private final Tensor first = Tensor.rand(16, 3, 3, 3).requiresGrad_(true);
  private final Tensor inner = Tensor.rand(32, 32, 3, 3).requiresGrad_(true);
  private final Tensor activations = Tensor.rand(64, 16, 32, 32);
  private final Tensor square = Tensor.rand(512, 512);
  private final Tensor large = Tensor.rand(1024, 1024);
  private final Tensor few = Tensor.rand(10).requiresGrad_(true);

  @Setup
  public void oneThread() {
    Tern.setNumThreads(1);
  }

  @Benchmark
  @Flops(FIRST_LAYER)
  public Tensor convFirstLayer() {
    return images.conv2d(first, null, PADDED);
  }

  @Benchmark
  @Flops(WIDE_LAYER)
  public Tensor conv32Channels() {
    return wide.conv2d(inner, null, PADDED);
  }

  /** Forward and gradient. */
  @Benchmark
  @Flops(2 * WIDE_LAYER)
  public Tensor conv32ChannelsWeightGradient() {
    Tensor y = wide.conv2d(inner, null, PADDED);
    return Autograd.grad(y, y.detach(), false, false, inner).get(0);
  }

  @Benchmark
  public Tensor maxPool() {
    return activations.maxPool2d(PoolOptions.window(2));
  }

  @Benchmark
  public Tensor tanh() {
    return activations.tanh();
  }

  @Benchmark
  @Flops(2.0 * 512 * 512 * 512)
  public Tensor matmul512() {
    return square.matmul(square);
  }

  @Benchmark
  @Flops(2.0 * 1024 * 1024 * 1024)
  public Tensor matmul1024() {
    return large.matmul(large);
  }

  @Benchmark
  public Tensor addOfTenElements() {
    return few.add(few);
  }

  @Benchmark
  public void backwardThroughFourSmallOperations() {
    few.setGrad(null);
    few.mul(few).tanh().add(few).sum().backward();
  }
}
