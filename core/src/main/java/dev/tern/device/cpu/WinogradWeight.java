package dev.tern.device.cpu;

import dev.tern.device.Data;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A convolution's weight as {@link Winograd} multiplies with it, kept with the weight's storage
 * from the second use on: blocks may share a weight, and to serve one image after the other a
 * network needs no transform at all. Whether a weight is still what was transformed is seen from
 * its elements, whoever changed them.
 */
final class WinogradWeight {
  /** Larger ones are transformed for each use: what is kept takes nine times their memory. */
  private static final int LARGEST = 1 << 16;

  private final int c;
  private final int k;
  private final float[] weight;
  private final Way straight = new Way();
  private final Way turned = new Way();

  /** What one direction needs. */
  private static final class Way {
    private boolean used;
    private float @Nullable [] u;
  }

  private WinogradWeight(int c, int k, float[] weight) {
    this.c = c;
    this.k = k;
    this.weight = weight;
  }

  /** Runs what multiplies with the weight, {@code [K, C, 3, 3]}. */
  static void with(
      WinogradKernels kernels, int c, int k, Data weight, boolean turned, Consumer<float[]> run) {
    float[] elements = Operands.floats(weight);
    int from = weight.offset();
    int size = c * k * 9;
    var storage = (CpuStorage) weight.storage();
    WinogradWeight kept = size > LARGEST ? null : storage.winogradWeight();
    if (size <= LARGEST && (kept == null || !kept.is(c, k, elements, from))) {
      kept = new WinogradWeight(c, k, Arrays.copyOfRange(elements, from, from + size));
      storage.keep(kept);
    }
    float[] u = kept == null ? null : kept.find(turned);
    if (u != null) {
      run.accept(u);
      return;
    }
    float[] made = BufferPool.floats(Winograd.weightSize(kernels, c, k));
    if (turned) {
      kernels.weight(k, c, Taps.inputGrad(elements, from, c), made);
    } else {
      kernels.weight(c, k, Taps.forward(elements, from, c), made);
    }
    run.accept(made);
    if (kept == null || !kept.keep(turned, made)) {
      BufferPool.give(made);
    }
  }

  private boolean is(int c, int k, float[] elements, int from) {
    int to = from + weight.length;
    return this.c == c
        && this.k == k
        && Arrays.equals(weight, 0, weight.length, elements, from, to);
  }

  private Way way(boolean back) {
    return back ? turned : straight;
  }

  private synchronized float @Nullable [] find(boolean back) {
    return way(back).u;
  }

  /** Keeps what was made if it had been made before; false if not. */
  private synchronized boolean keep(boolean back, float[] made) {
    Way way = way(back);
    boolean again = way.used && way.u == null;
    way.used = true;
    if (again) {
      way.u = made;
    }
    return again;
  }
}
