package dev.tern.device;

import java.nio.ByteBuffer;

/**
 * The Mersenne twister mt19937 as PyTorch's CPU generator runs it (Matsumoto and Nishimura,
 * "Mersenne Twister: a 623-dimensionally equidistributed uniform pseudorandom number generator",
 * 1998), seeded with 32 bits.
 */
final class Mt19937 {
  /** Words of state. */
  static final int N = 624;

  private static final int M = 397;
  private static final int TWIST = 0x9908b0df;
  private static final int UPPER = 0x80000000;
  private static final int LOWER = 0x7fffffff;

  private final int[] state = new int[N];
  private long seed;
  // Draws left until the next twist, counting the one that twists, and the word that the next draw
  // reads. Both are
  // kept, though one nearly gives the other, because PyTorch's saved state has both.
  private int left;
  private int next;

  Mt19937(long seed) {
    seed(seed);
  }

  void seed(long value) {
    seed = value;
    state[0] = (int) value;
    for (int j = 1; j < N; j++) {
      state[j] = 1812433253 * (state[j - 1] ^ (state[j - 1] >>> 30)) + j;
    }
    left = 1;
    next = 0;
  }

  long seed() {
    return seed;
  }

  int next() {
    if (--left == 0) {
      twist();
    }
    int y = state[next++];
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return y ^ (y >>> 18);
  }

  private void twist() {
    for (int j = 0; j < N - M; j++) {
      state[j] = state[j + M] ^ mix(state[j], state[j + 1]);
    }
    for (int j = N - M; j < N - 1; j++) {
      state[j] = state[j + M - N] ^ mix(state[j], state[j + 1]);
    }
    state[N - 1] = state[M - 1] ^ mix(state[N - 1], state[0]);
    left = N;
    next = 0;
  }

  private static int mix(int u, int v) {
    return (((u & UPPER) | (v & LOWER)) >>> 1) ^ (-(v & 1) & TWIST);
  }

  /**
   * Appends seed, left, seeded, next and the words, each widened to 64 bits, as PyTorch lays them
   * out.
   */
  void write(ByteBuffer out) {
    out.putLong(seed).putInt(left).putInt(1).putLong(next);
    for (int word : state) {
      out.putLong(Integer.toUnsignedLong(word));
    }
  }

  /**
   * Reads what {@link #write} wrote; changes nothing if it is not a state that the engine can be
   * in.
   */
  void read(ByteBuffer in) {
    long newSeed = in.getLong();
    int newLeft = in.getInt();
    int seeded = in.getInt();
    long newNext = in.getLong();
    boolean fits =
        seeded == 1 && newLeft >= 1 && newLeft <= N && newNext >= 0 && newNext <= N + 1 - newLeft;
    if (!fits) {
      throw new IllegalArgumentException(
          "setState: not a state of mt19937: seeded %d, left %d, next %d; expected seeded 1, left 1 to %d, next 0 to %d - left"
              .formatted(seeded, newLeft, newNext, N, N + 1));
    }
    seed = newSeed;
    left = newLeft;
    next = (int) newNext;
    for (int j = 0; j < N; j++) {
      state[j] = (int) in.getLong();
    }
  }
}
