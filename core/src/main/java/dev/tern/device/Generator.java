package dev.tern.device;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.SecureRandom;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A source of random numbers: PyTorch's CPU generator ({@code torch.Generator}), bit for bit. The
 * same seed and the same calls give the numbers that PyTorch 1.13 gives on x86 with AVX2, on every
 * platform.
 *
 * <p>Every thread has a default generator of its own, {@link #current()}, so two trainings in one
 * JVM do not disturb each other. {@link #manualSeed(long)} seeds it; a thread that does not call it
 * starts from entropy. A generator is not safe for use by several threads at the same time.
 *
 * <p>Checked against PyTorch's own numbers: FLOAT32 {@link #uniform(float[], int, int, double,
 * double)} and {@link #normal(float[], int, int, double, double)} on both of its paths, FLOAT64
 * uniform on [0, 1), {@link #integer}, {@link #random63()} and {@link #permutation(int)}. FLOAT64
 * normal numbers below 16 at a time are the ones that the checked FLOAT32 path rounds. From 16 on
 * they follow PyTorch's source; no number of PyTorch's was at hand to compare, and {@code log},
 * {@code sin} and {@code cos} in double precision may differ from a C library's by an ulp.
 */
public final class Generator {
  /** Bytes of {@link #getState()}. */
  private static final int STATE_BYTES = 5056;

  private static final ThreadLocal<@Nullable Generator> DEFAULT = new ThreadLocal<>();

  private static final float TWO_PI = (float) (2 * Math.PI);

  private final Mt19937 engine;
  // Box and Muller's method yields two numbers at a time; the second waits here for the next call
  // below 16 values.
  private double keptNormal;
  private boolean hasKeptNormal;
  // Never drawn by PyTorch's CPU code, but part of its state, so a state read and written again
  // stays the same.
  private float keptFloatNormal;
  private boolean hasKeptFloatNormal;

  private Generator(long seed) {
    engine = new Mt19937(seed);
  }

  /** Seeds this thread's default generator, {@code torch.manual_seed(seed)}. */
  public static void manualSeed(long seed) {
    Generator generator = DEFAULT.get();
    if (generator == null) {
      DEFAULT.set(new Generator(seed)); // without asking for entropy, which takes 20 ms at first
    } else {
      generator.seed(seed);
    }
  }

  /** This thread's default generator. */
  public static Generator current() {
    Generator generator = DEFAULT.get();
    if (generator == null) {
      generator = new Generator(new SecureRandom().nextLong());
      DEFAULT.set(generator);
    }
    return generator;
  }

  /** A new generator with a seed, {@code torch.Generator().manual_seed(seed)}. */
  public static Generator of(long seed) {
    return new Generator(seed);
  }

  /**
   * Starts over from a seed. The numbers depend on its low 32 bits alone, as PyTorch's do.
   *
   * @return this generator
   */
  public Generator seed(long seed) {
    engine.seed(seed);
    hasKeptNormal = false;
    hasKeptFloatNormal = false;
    return this;
  }

  /** The seed that this generator last started from, {@code initial_seed()}. */
  public long initialSeed() {
    return engine.seed();
  }

  /** The next 32 random bits. */
  public int next32() {
    return engine.next();
  }

  /** The next 64 random bits: two draws of 32, the high word first. */
  public long random64() {
    long high = engine.next();
    return (high << 32) | Integer.toUnsignedLong(engine.next());
  }

  /** A number from 0 to 2<sup>63</sup> - 1: what {@code random_()} writes into an INT64 tensor. */
  public long random63() {
    return random64() & Long.MAX_VALUE;
  }

  /** Uniform in [0, 1), a multiple of 2<sup>-24</sup>. */
  private float uniform24() {
    return (engine.next() & 0xffffff) * 0x1p-24f;
  }

  /** Uniform in [0, 1), a multiple of 2<sup>-53</sup>. */
  private double uniform53() {
    return (random64() & ((1L << 53) - 1)) * 0x1p-53;
  }

  /**
   * Numbers uniform in [a, b), {@code uniform_(a, b)} on FLOAT32: one draw of 32 bits each.
   *
   * @throws IllegalArgumentException if a is above b, or one of them is not finite
   */
  public void uniform(float[] out, int offset, int n, double a, double b) {
    Objects.checkFromIndexSize(offset, n, out.length);
    checkBounds(a, b);
    float from = (float) a;
    float width = (float) b - from;
    for (int i = offset; i < offset + n; i++) {
      out[i] = Math.fma(uniform24(), width, from);
    }
  }

  /**
   * Numbers uniform in [a, b), {@code uniform_(a, b)} on FLOAT64: two draws of 32 bits each.
   *
   * @throws IllegalArgumentException if a is above b, or one of them is not finite
   */
  public void uniform(double[] out, int offset, int n, double a, double b) {
    Objects.checkFromIndexSize(offset, n, out.length);
    checkBounds(a, b);
    double width = b - a;
    for (int i = offset; i < offset + n; i++) {
      out[i] = Math.fma(uniform53(), width, a);
    }
  }

  private static void checkBounds(double a, double b) {
    if (!(a <= b) || Double.isInfinite(a) || Double.isInfinite(b)) {
      throw new IllegalArgumentException(
          "uniform: from %s to %s; expected finite bounds, the lower one first".formatted(a, b));
    }
  }

  /**
   * Normal numbers, {@code normal_(mean, std)} on FLOAT32. Below 16 values they are drawn two at a
   * time in double precision, and the second of a pair waits for the next call below 16; from 16
   * values on they are drawn in single precision in blocks of 16.
   *
   * @throws IllegalArgumentException if the standard deviation is negative or NaN
   */
  public void normal(float[] out, int offset, int n, double mean, double std) {
    Objects.checkFromIndexSize(offset, n, out.length);
    checkDeviation(std);
    int end = offset + n;
    if (n < 16) {
      for (int i = offset; i < end; i++) {
        out[i] = (float) Math.fma(standardNormal(), std, mean);
      }
      return;
    }
    for (int i = offset; i < end; i++) {
      out[i] = uniform24();
    }
    for (int i = offset; i <= end - 16; i += 16) {
      normalBlock(out, i, (float) mean, (float) std);
    }
    if (n % 16 != 0) { // the last 16 are drawn anew
      for (int i = end - 16; i < end; i++) {
        out[i] = uniform24();
      }
      normalBlock(out, end - 16, (float) mean, (float) std);
    }
  }

  /**
   * Normal numbers, {@code normal_(mean, std)} on FLOAT64: below 16 values as on FLOAT32,
   * unrounded; from 16 values on in blocks of 16, in double precision.
   *
   * @throws IllegalArgumentException if the standard deviation is negative or NaN
   */
  public void normal(double[] out, int offset, int n, double mean, double std) {
    Objects.checkFromIndexSize(offset, n, out.length);
    checkDeviation(std);
    int end = offset + n;
    if (n < 16) {
      for (int i = offset; i < end; i++) {
        out[i] = Math.fma(standardNormal(), std, mean);
      }
      return;
    }
    for (int i = offset; i < end; i++) {
      out[i] = uniform53();
    }
    for (int i = offset; i <= end - 16; i += 16) {
      normalBlock(out, i, mean, std);
    }
    if (n % 16 != 0) {
      for (int i = end - 16; i < end; i++) {
        out[i] = uniform53();
      }
      normalBlock(out, end - 16, mean, std);
    }
  }

  private static void checkDeviation(double std) {
    if (!(std >= 0)) {
      throw new IllegalArgumentException(
          "normal: standard deviation %s; expected 0 or more".formatted(std));
    }
  }

  /**
   * Box and Muller: sqrt(-2 ln(1 - u2)) times cos(2 pi u1) and, kept for the next call, times sin(2
   * pi u1).
   */
  private double standardNormal() {
    if (hasKeptNormal) {
      hasKeptNormal = false;
      return keptNormal;
    }
    double u1 = uniform53();
    double u2 = uniform53();
    double radius = Math.sqrt(-2 * Math.log1p(-u2));
    double theta = 2 * Math.PI * u1;
    keptNormal = radius * Math.sin(theta);
    hasKeptNormal = true;
    return radius * Math.cos(theta);
  }

  /** Turns 16 uniform numbers into normal ones: the first 8 are radii, the last 8 angles. */
  private static void normalBlock(float[] x, int at, float mean, float std) {
    for (int j = at; j < at + 8; j++) {
      float radius = (float) Math.sqrt(-2 * Cephes.log(1 - x[j]));
      float theta = TWO_PI * x[j + 8];
      x[j] = Math.fma(radius * Cephes.cos(theta), std, mean);
      x[j + 8] = Math.fma(radius * Cephes.sin(theta), std, mean);
    }
  }

  private static void normalBlock(double[] x, int at, double mean, double std) {
    for (int j = at; j < at + 8; j++) {
      double radius = Math.sqrt(-2 * Math.log(1 - x[j]));
      double theta = 2 * Math.PI * x[j + 8];
      x[j] = Math.fma(radius * Math.cos(theta), std, mean);
      x[j + 8] = Math.fma(radius * Math.sin(theta), std, mean);
    }
  }

  /**
   * 1 with probability p, else 0, {@code bernoulli_(p)}: two draws of 32 bits each, for every
   * dtype.
   *
   * @throws IllegalArgumentException if p is not in [0, 1]
   */
  public void bernoulli(float[] out, int offset, int n, double p) {
    Objects.checkFromIndexSize(offset, n, out.length);
    checkProbability(p);
    for (int i = offset; i < offset + n; i++) {
      out[i] = uniform53() < p ? 1 : 0;
    }
  }

  /**
   * 1 with probability p, else 0.
   *
   * @throws IllegalArgumentException if p is not in [0, 1]
   * @see #bernoulli(float[], int, int, double)
   */
  public void bernoulli(double[] out, int offset, int n, double p) {
    Objects.checkFromIndexSize(offset, n, out.length);
    checkProbability(p);
    for (int i = offset; i < offset + n; i++) {
      out[i] = uniform53() < p ? 1 : 0;
    }
  }

  /**
   * 1 with probability p, else 0.
   *
   * @throws IllegalArgumentException if p is not in [0, 1]
   * @see #bernoulli(float[], int, int, double)
   */
  public void bernoulli(byte[] out, int offset, int n, double p) {
    Objects.checkFromIndexSize(offset, n, out.length);
    checkProbability(p);
    for (int i = offset; i < offset + n; i++) {
      out[i] = (byte) (uniform53() < p ? 1 : 0);
    }
  }

  private static void checkProbability(double p) {
    if (!(p >= 0 && p <= 1)) {
      throw new IllegalArgumentException("bernoulli: probability %s; expected 0 to 1".formatted(p));
    }
  }

  /**
   * Whole numbers from low (inclusive) to high (exclusive), {@code randint(low, high)}: 32 bits
   * each where the range is below 2<sup>32</sup>, 64 bits from there on.
   *
   * @throws IllegalArgumentException if low is not below high
   */
  public void integer(long[] out, int offset, int n, long low, long high) {
    Objects.checkFromIndexSize(offset, n, out.length);
    if (low >= high) {
      throw new IllegalArgumentException(
          "integer: from %d to %d; expected low < high".formatted(low, high));
    }
    long range = high - low; // unsigned: may be up to 2^64 - 1
    boolean wide = Long.compareUnsigned(range, 1L << 32) >= 0;
    for (int i = offset; i < offset + n; i++) {
      long drawn =
          wide
              ? Long.remainderUnsigned(random64(), range)
              : Integer.toUnsignedLong(engine.next()) % range;
      out[i] = low + drawn;
    }
  }

  /**
   * The numbers 0 to n - 1 in a random order, {@code randperm(n)}: one draw of 32 bits for each but
   * the last.
   *
   * @throws IllegalArgumentException if n is negative
   */
  public int[] permutation(int n) {
    if (n < 0) {
      throw new IllegalArgumentException(
          "permutation: of %d numbers; expected 0 or more".formatted(n));
    }
    int[] order = new int[n];
    for (int i = 0; i < n; i++) {
      order[i] = i;
    }
    for (int i = 0; i < n - 1; i++) { // Fisher and Yates, from the front
      int other = i + Integer.remainderUnsigned(engine.next(), n - i);
      int swapped = order[i];
      order[i] = order[other];
      order[other] = swapped;
    }
    return order;
  }

  /**
   * The whole state, in the 5056 little-endian bytes of {@code torch.Generator.get_state()}: seed
   * (8 bytes), draws left (4), seeded (4), next word (8), 624 words of 8 bytes, three doubles of
   * which the second is the kept normal number, whether it is valid (4), 4 unused, the kept
   * single-precision normal number (4), whether it is valid (1), 3 unused.
   */
  public byte[] getState() {
    ByteBuffer out = ByteBuffer.allocate(STATE_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    engine.write(out);
    out.putDouble(0).putDouble(hasKeptNormal ? keptNormal : 0).putDouble(0);
    out.putInt(hasKeptNormal ? 1 : 0).putInt(0);
    out.putFloat(hasKeptFloatNormal ? keptFloatNormal : 0);
    out.put((byte) (hasKeptFloatNormal ? 1 : 0));
    return out.array();
  }

  /**
   * Goes on from a state that {@link #getState()} or PyTorch's {@code get_state()} gave.
   *
   * @throws IllegalArgumentException if it is no such state; this generator is then unchanged
   */
  public void setState(byte[] state) {
    if (state.length != STATE_BYTES) {
      throw new IllegalArgumentException(
          "setState: %d bytes; expected %d".formatted(state.length, STATE_BYTES));
    }
    ByteBuffer in = ByteBuffer.wrap(state).order(ByteOrder.LITTLE_ENDIAN);
    engine.read(in);
    in.getDouble();
    keptNormal = in.getDouble();
    in.getDouble();
    hasKeptNormal = in.getInt() != 0;
    in.getInt();
    keptFloatNormal = in.getFloat();
    hasKeptFloatNormal = in.get() != 0;
  }

  @Override
  public String toString() {
    return "Generator(seed=" + Long.toUnsignedString(initialSeed()) + ")";
  }
}
