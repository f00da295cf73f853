package dev.tern.device.cpu.vector;

import dev.tern.device.cpu.Scratch;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * Between planes, a channel each, and vectors whose lanes are channels: 16 by 16 elements at a
 * time. Vectors of 8 would need a step less, but kernels with vectors of two sizes in one JVM cost
 * each other a factor of 15 on JDK 17.
 */
final class LaneTranspose {
  private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
  private static final int L = S.length();
  private static final int SIDE = 16;

  /** So few channels are the faster moved an element at a time. */
  private static final int FEW = 3;

  // lane i of CROSS_k is i ^ k, and HIGH_k has the lanes with bit k
  static final VectorShuffle<Float> CROSS_1 = cross(1);
  static final VectorShuffle<Float> CROSS_2 = cross(2);
  static final VectorShuffle<Float> CROSS_4 = cross(4);
  static final VectorShuffle<Float> CROSS_8 = cross(8);
  private static final VectorMask<Float> HIGH_1 = high(1);
  private static final VectorMask<Float> HIGH_2 = high(2);
  private static final VectorMask<Float> HIGH_4 = high(4);
  private static final VectorMask<Float> HIGH_8 = high(8);

  /** Where vectors behind each other begin. */
  private static final int[] VECTORS = planes(L, L);

  private LaneTranspose() {}

  private static VectorShuffle<Float> cross(int bit) {
    return VectorShuffle.fromOp(S, i -> (i ^ bit) % L);
  }

  private static VectorMask<Float> high(int bit) {
    boolean[] lanes = new boolean[L];
    for (int i = 0; i < L; i++) {
      lanes[i] = (i & bit) != 0;
    }
    return VectorMask.fromArray(S, lanes, 0);
  }

  /**
   * Where the positions of some rows are in rows of {@code pitch} vectors. The array may be longer,
   * and serves until the next call.
   */
  static int[] positions(int rows, int w, int pitch) {
    int[] positions = Scratch.positions(rows * w);
    int p = 0;
    for (int r = 0; r < rows; r++) {
      for (int j = 0; j < w; j++) {
        positions[p++] = (r * pitch + j) * L;
      }
    }
    return positions;
  }

  /** Where the planes of the channels of a vector begin; the last one again for those missing. */
  static int[] planes(int channels, int plane) {
    int[] planes = new int[L];
    for (int i = 0; i < L; i++) {
      planes[i] = Math.max(0, Math.min(i, channels - 1)) * plane;
    }
    return planes;
  }

  /** From planes behind each other, {@code [L, count]}, to {@code [count, L]}. */
  static void toLanes(int count, float[] x, int xo, float[] to, int at) {
    if (L != SIDE || count < SIDE) {
      for (int i = 0; i < L; i++) {
        for (int p = 0; p < count; p++) {
          to[at + p * L + i] = x[xo + i * count + p];
        }
      }
      return;
    }
    int[] planes = planes(L, count);
    float[] half = Scratch.floats(Scratch.POINTWISE, SIDE * SIDE);
    for (int p = 0; p < count; p += SIDE) {
      int first = Math.min(p, count - SIDE);
      turn(x, xo + first, planes, 0, to, at + first * L, VECTORS, 0, half);
    }
  }

  /** Back, from {@code [count, L]} to {@code [L, count]}. */
  static void toPlanes(int count, float[] from, int at, float[] y, int yo) {
    if (L != SIDE || count < SIDE) {
      for (int i = 0; i < L; i++) {
        for (int p = 0; p < count; p++) {
          y[yo + i * count + p] = from[at + p * L + i];
        }
      }
      return;
    }
    int[] planes = planes(L, count);
    float[] half = Scratch.floats(Scratch.POINTWISE, SIDE * SIDE);
    for (int p = 0; p < count; p += SIDE) {
      int first = Math.min(p, count - SIDE);
      turn(from, at + first * L, VECTORS, 0, y, yo + first, planes, 0, half);
    }
  }

  /**
   * {@code to[at + positions[p] + i] = x[xo + planes[i] + p]} for p below count and i below
   * channels; for more i it may be anything.
   */
  static void toLanes(
      float[] x,
      int xo,
      int[] planes,
      int channels,
      float[] to,
      int at,
      int[] positions,
      int count) {
    if (L == SIDE && count >= SIDE && channels > FEW) {
      float[] half = Scratch.floats(Scratch.POINTWISE, SIDE * SIDE);
      half[0] = touch(x, xo, planes, count);
      for (int p = 0; p < count; p += SIDE) {
        int first = Math.min(p, count - SIDE);
        turn(x, xo + first, planes, 0, to, at, positions, first, half);
      }
      return;
    }
    for (int i = 0; i < Math.min(L, channels); i++) {
      toLane(x, xo + planes[i], to, at + i, positions, count);
    }
  }

  /**
   * Reads an element of each cache line: the lines of planes that are far apart then come from
   * memory at the same time, not one after the other as vectors ask for them.
   */
  private static int touch(float[] x, int xo, int[] planes, int count) {
    int bits = 0;
    for (int plane : planes) {
      for (int p = 0; p < count; p += SIDE) {
        bits ^= Float.floatToRawIntBits(x[xo + plane + p]);
      }
    }
    return bits;
  }

  private static void toLane(float[] x, int from, float[] to, int at, int[] positions, int count) {
    for (int p = 0; p < count; p++) {
      to[at + positions[p]] = x[from + p];
    }
  }

  /**
   * {@code y[yo + planes[i] + p] = from[positions[p] + i]} for p below count and i below L, the
   * highest i first.
   */
  static void toPlanes(float[] from, int[] positions, float[] y, int yo, int[] planes, int count) {
    if (L == SIDE && count >= SIDE) {
      float[] half = Scratch.floats(Scratch.POINTWISE, SIDE * SIDE);
      for (int p = 0; p < count; p += SIDE) {
        int first = Math.min(p, count - SIDE);
        turn(from, 0, positions, first, y, yo + first, planes, 0, half);
      }
      return;
    }
    for (int i = L - 1; i >= 0; i--) {
      toPlane(from, i, positions, y, yo + planes[i], count);
    }
  }

  private static void toPlane(float[] from, int i, int[] positions, float[] y, int to, int count) {
    for (int p = 0; p < count; p++) {
      y[to + p] = from[i + positions[p]];
    }
  }

  /**
   * Transposes 16 vectors: in step k = 8, 4, 2, 1 what lies k rows and k lanes apart changes
   * places. Two steps at a time, each four vectors written when all are computed: after a write JDK
   * 17 checks the indices of a shuffle anew.
   */
  private static void turn(
      float[] x, int xo, int[] from, int f, float[] y, int yo, int[] to, int t, float[] half) {
    far(x, xo, from, f, half);
    near(half, y, yo, to, t);
  }

  /** Steps 8 and 4, for four times four rows that are four apart. */
  private static void far(float[] x, int xo, int[] from, int f, float[] half) {
    for (int i = 0; i < 4; i++) {
      FloatVector a = FloatVector.fromArray(S, x, xo + from[f + i]);
      FloatVector b = FloatVector.fromArray(S, x, xo + from[f + i + 4]);
      FloatVector c = FloatVector.fromArray(S, x, xo + from[f + i + 8]);
      FloatVector d = FloatVector.fromArray(S, x, xo + from[f + i + 12]);
      FloatVector v = a.blend(c.rearrange(CROSS_8), HIGH_8);
      c = a.rearrange(CROSS_8).blend(c, HIGH_8);
      FloatVector w = b.blend(d.rearrange(CROSS_8), HIGH_8);
      d = b.rearrange(CROSS_8).blend(d, HIGH_8);
      a = v.blend(w.rearrange(CROSS_4), HIGH_4);
      b = v.rearrange(CROSS_4).blend(w, HIGH_4);
      v = c.blend(d.rearrange(CROSS_4), HIGH_4);
      w = c.rearrange(CROSS_4).blend(d, HIGH_4);
      int at = i * SIDE;
      a.intoArray(half, at);
      b.intoArray(half, at + 4 * SIDE);
      v.intoArray(half, at + 8 * SIDE);
      w.intoArray(half, at + 12 * SIDE);
    }
  }

  /** Steps 2 and 1, for four times four neighbouring rows; the last is written first. */
  private static void near(float[] half, float[] y, int yo, int[] to, int t) {
    for (int i = 12; i >= 0; i -= 4) {
      int at = i * SIDE;
      FloatVector a = FloatVector.fromArray(S, half, at);
      FloatVector b = FloatVector.fromArray(S, half, at + SIDE);
      FloatVector c = FloatVector.fromArray(S, half, at + 2 * SIDE);
      FloatVector d = FloatVector.fromArray(S, half, at + 3 * SIDE);
      FloatVector v = a.blend(c.rearrange(CROSS_2), HIGH_2);
      c = a.rearrange(CROSS_2).blend(c, HIGH_2);
      FloatVector w = b.blend(d.rearrange(CROSS_2), HIGH_2);
      d = b.rearrange(CROSS_2).blend(d, HIGH_2);
      a = v.blend(w.rearrange(CROSS_1), HIGH_1);
      b = v.rearrange(CROSS_1).blend(w, HIGH_1);
      v = c.blend(d.rearrange(CROSS_1), HIGH_1);
      w = c.rearrange(CROSS_1).blend(d, HIGH_1);
      w.intoArray(y, yo + to[t + i + 3]);
      v.intoArray(y, yo + to[t + i + 2]);
      b.intoArray(y, yo + to[t + i + 1]);
      a.intoArray(y, yo + to[t + i]);
    }
  }
}
