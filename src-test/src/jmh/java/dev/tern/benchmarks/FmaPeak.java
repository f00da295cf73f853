package dev.tern.benchmarks;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** What one core can do at most: fused multiply-adds on registers alone. */
public final class FmaPeak {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int ACCUMULATORS = 12;
  private static final int ROUNDS = 10_000;
  private static final double SECONDS = 2;

  private FmaPeak() {}

  /** The most GFLOP/s (a fused multiply-add counts 2) of many short runs within two seconds. */
  public static double gflops() {
    double flops = 2.0 * ACCUMULATORS * SPECIES.length() * ROUNDS;
    double best = 0;
    float sum = 0;
    long start = System.nanoTime();
    long before = start;
    while (before - start < SECONDS * 1e9) {
      sum += run();
      long after = System.nanoTime();
      best = Math.max(best, flops / (after - before));
      before = after;
    }
    if (Float.isNaN(sum)) {
      throw new AssertionError("multiplying by less than 1 keeps numbers finite");
    }
    return best;
  }

  private static float run() {
    FloatVector m = FloatVector.broadcast(SPECIES, 0.999f);
    FloatVector a0 = FloatVector.broadcast(SPECIES, 0);
    FloatVector a1 = a0.add(1);
    FloatVector a2 = a0.add(2);
    FloatVector a3 = a0.add(3);
    FloatVector a4 = a0.add(4);
    FloatVector a5 = a0.add(5);
    FloatVector a6 = a0.add(6);
    FloatVector a7 = a0.add(7);
    FloatVector a8 = a0.add(8);
    FloatVector a9 = a0.add(9);
    FloatVector a10 = a0.add(10);
    FloatVector a11 = a0.add(11);
    for (int i = 0; i < ROUNDS; i++) {
      a0 = a0.fma(m, m);
      a1 = a1.fma(m, m);
      a2 = a2.fma(m, m);
      a3 = a3.fma(m, m);
      a4 = a4.fma(m, m);
      a5 = a5.fma(m, m);
      a6 = a6.fma(m, m);
      a7 = a7.fma(m, m);
      a8 = a8.fma(m, m);
      a9 = a9.fma(m, m);
      a10 = a10.fma(m, m);
      a11 = a11.fma(m, m);
    }
    return a0.add(a1).add(a2).add(a3).add(a4).add(a5).lane(0)
        + a6.add(a7).add(a8).add(a9).add(a10).add(a11).lane(0);
  }
}
