package dev.tern.data;

import dev.tern.device.Generator;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** PyTorch's samplers, draw for draw. */
final class Samplers {
  /** RandomSampler draws this many with replacement at a time. */
  private static final int AT_A_TIME = 32;

  private Samplers() {}

  private static Generator drawing(@Nullable Generator own) {
    return own != null ? own : Generator.current();
  }

  /** A generator of its own, seeded by the default one, where the loader has none. */
  private static Generator seeded(@Nullable Generator own) {
    return own != null ? own : Generator.of(Generator.current().random63());
  }

  private static int atLeastOne(String what, int count) {
    if (count < 1) {
      throw new IllegalArgumentException(
          "Sampler: %s %d; expected 1 or more".formatted(what, count));
    }
    return count;
  }

  record Sequential(int size) implements Sampler {
    @Override
    public int[] indices(@Nullable Generator generator) {
      int[] order = new int[size];
      Arrays.setAll(order, i -> i);
      return order;
    }
  }

  record Shuffled(int n, int size) implements Sampler {
    Shuffled {
      atLeastOne("n", n);
      atLeastOne("numSamples", size);
    }

    @Override
    public int[] indices(@Nullable Generator generator) {
      Generator draws = seeded(generator);
      int[] order = new int[size];
      for (int at = 0; at < size; at += n) {
        System.arraycopy(draws.permutation(n), 0, order, at, Math.min(n, size - at));
      }
      return order;
    }

    /** PyTorch draws a last permutation even where it needs none of it. */
    @Override
    public void ended(@Nullable Generator generator) {
      if (generator != null && size % n == 0) {
        generator.permutation(n);
      }
    }
  }

  record WithReplacement(int n, int size) implements Sampler {
    WithReplacement {
      atLeastOne("n", n);
      atLeastOne("numSamples", size);
    }

    @Override
    public int[] indices(@Nullable Generator generator) {
      Generator draws = seeded(generator);
      long[] drawn = new long[size];
      for (int at = 0; at < size; at += AT_A_TIME) {
        draws.integer(drawn, at, Math.min(AT_A_TIME, size - at), 0, n);
      }
      return Arrays.stream(drawn).mapToInt(i -> (int) i).toArray();
    }
  }

  record SubsetRandom(int[] chosen) implements Sampler {
    @Override
    public int size() {
      return chosen.length;
    }

    @Override
    public int[] indices(@Nullable Generator generator) {
      int[] order = drawing(generator).permutation(chosen.length);
      return Arrays.stream(order).map(i -> chosen[i]).toArray();
    }
  }

  /** {@code torch.multinomial} on FLOAT64. */
  record Weighted(double[] weights, int size, boolean replacement) implements Sampler {
    Weighted {
      atLeastOne("numSamples", size);
      int positive = 0;
      for (int i = 0; i < weights.length; i++) {
        if (!(weights[i] >= 0 && weights[i] <= Double.MAX_VALUE)) {
          throw new IllegalArgumentException(
              "Sampler: weight %s at %d; expected 0 or more".formatted(weights[i], i));
        }
        positive += weights[i] > 0 ? 1 : 0;
      }
      if (positive == 0 || !replacement && positive < size) {
        throw new IllegalArgumentException(
            "Sampler: %d weights above 0; expected %d or more"
                .formatted(positive, replacement ? 1 : size));
      }
    }

    @Override
    public int[] indices(@Nullable Generator generator) {
      Generator draws = drawing(generator);
      return replacement ? drawn(draws) : largest(draws);
    }

    /** A uniform number for each, looked up among the sums of the weights. */
    private int[] drawn(Generator draws) {
      double[] sums = weights.clone();
      for (int i = 1; i < sums.length; i++) {
        sums[i] += sums[i - 1];
      }
      double total = sums[sums.length - 1];
      Arrays.setAll(sums, i -> sums[i] / total);
      sums[sums.length - 1] = 1;
      double[] uniform = new double[size];
      draws.uniform(uniform, 0, size, 0, 1);
      return Arrays.stream(uniform).mapToInt(u -> firstNotBelow(sums, u)).toArray();
    }

    private static int firstNotBelow(double[] sums, double u) {
      int low = 0;
      int high = sums.length;
      while (low < high) {
        int middle = (low + high) >>> 1;
        if (sums[middle] < u) {
          low = middle + 1;
        } else {
          high = middle;
        }
      }
      return low;
    }

    /** The largest of weight over an exponential number: Efraimidis and Spirakis (2006). */
    private int[] largest(Generator draws) {
      double[] uniform = new double[weights.length];
      draws.uniform(uniform, 0, uniform.length, 0, 1);
      double[] keys = new double[weights.length];
      Arrays.setAll(keys, i -> weights[i] / -Math.log1p(-uniform[i]));
      return IntStream.range(0, keys.length)
          .boxed()
          .sorted((a, b) -> Double.compare(keys[b], keys[a]))
          .mapToInt(i -> i)
          .limit(size)
          .toArray();
    }
  }
}
