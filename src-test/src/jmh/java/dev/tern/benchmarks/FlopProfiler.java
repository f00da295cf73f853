package dev.tern.benchmarks;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.ScalarResult;

/**
 * Tells of every benchmark with {@link Flops} its GFLOP/s and their share of what one core can do
 * at most, as {@link FmaPeak} measures it in the same JVM: {@code -prof
 * dev.tern.benchmarks.FlopProfiler}.
 */
public final class FlopProfiler implements InternalProfiler {
  private double peak;

  @Override
  public String getDescription() {
    return "GFLOP/s and share of the measured FMA peak";
  }

  @Override
  public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {
    if (peak == 0 && flops(benchmark) > 0) {
      peak = FmaPeak.gflops();
    }
  }

  @Override
  public Collection<? extends Result<?>> afterIteration(
      BenchmarkParams benchmark, IterationParams iteration, IterationResult result) {
    double flops = flops(benchmark);
    if (flops == 0) {
      return List.of();
    }
    double nanoseconds =
        result.getPrimaryResult().getScore()
            * TimeUnit.NANOSECONDS.convert(1, benchmark.getTimeUnit());
    double gflops = flops / nanoseconds;
    return List.of(
        new ScalarResult("gflops", gflops, "GFLOP/s", AggregationPolicy.AVG),
        new ScalarResult("peak", 100 * gflops / peak, "% of FMA peak", AggregationPolicy.AVG));
  }

  /** The operations of a call; 0 if the benchmark does not say. */
  private static double flops(BenchmarkParams benchmark) {
    String name = benchmark.getBenchmark();
    int dot = name.lastIndexOf('.');
    try {
      return Arrays.stream(Class.forName(name.substring(0, dot)).getMethods())
          .filter(method -> method.getName().equals(name.substring(dot + 1)))
          .filter(method -> method.isAnnotationPresent(Flops.class))
          .mapToDouble(method -> method.getAnnotation(Flops.class).value())
          .sum();
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException("JMH runs a benchmark of no class: " + name, e);
    }
  }
}
