package dev.tern.benchmarks;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * How many floating-point operations one call of a benchmark takes: 2 for a multiplication with an
 * addition, as the direct algorithm does it. {@link FlopProfiler} makes GFLOP/s of it.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@interface Flops {
  /** The number. */
  double value();
}
