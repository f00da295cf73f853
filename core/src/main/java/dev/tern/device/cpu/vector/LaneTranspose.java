package dev.tern.device.cpu.vector;

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

  // lane i of CROSS_k is i ^ k, and HIGH_k has the lanes with bit k
  private static final VectorShuffle<Float> CROSS_1 = cross(1);
  private static final VectorShuffle<Float> CROSS_2 = cross(2);
  private static final VectorShuffle<Float> CROSS_4 = cross(4);
  private static final VectorShuffle<Float> CROSS_8 = cross(8);
  private static final VectorMask<Float> HIGH_1 = high(1);
  private static final VectorMask<Float> HIGH_2 = high(2);
  private static final VectorMask<Float> HIGH_4 = high(4);
  private static final VectorMask<Float> HIGH_8 = high(8);

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

  /** Where the positions of some rows are in rows of {@code pitch} vectors. */
  static int[] positions(int rows, int w, int pitch) {
    int[] positions = new int[rows * w];
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

  /** {@code to[at + positions[p] + i] = x[xo + planes[i] + p]} for p below count and i below L. */
  static void toLanes(
      float[] x, int xo, int[] planes, float[] to, int at, int[] positions, int count) {
    if (L == SIDE && count >= SIDE) {
      for (int p = 0; p < count; p += SIDE) {
        int first = Math.min(p, count - SIDE);
        turn(x, xo + first, planes, 0, to, at, positions, first);
      }
      return;
    }
    for (int i = 0; i < L; i++) {
      toLane(x, xo + planes[i], to, at + i, positions, count);
    }
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
      for (int p = 0; p < count; p += SIDE) {
        int first = Math.min(p, count - SIDE);
        turn(from, 0, positions, first, y, yo + first, planes, 0);
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

  /** Transposes 16 vectors: in step k, what lies k rows and k lanes apart changes places. */
  private static void turn(
      float[] x, int xo, int[] from, int f, float[] y, int yo, int[] to, int t) {
    FloatVector v0 = FloatVector.fromArray(S, x, xo + from[f]);
    FloatVector v1 = FloatVector.fromArray(S, x, xo + from[f + 1]);
    FloatVector v2 = FloatVector.fromArray(S, x, xo + from[f + 2]);
    FloatVector v3 = FloatVector.fromArray(S, x, xo + from[f + 3]);
    FloatVector v4 = FloatVector.fromArray(S, x, xo + from[f + 4]);
    FloatVector v5 = FloatVector.fromArray(S, x, xo + from[f + 5]);
    FloatVector v6 = FloatVector.fromArray(S, x, xo + from[f + 6]);
    FloatVector v7 = FloatVector.fromArray(S, x, xo + from[f + 7]);
    FloatVector v8 = FloatVector.fromArray(S, x, xo + from[f + 8]);
    FloatVector v9 = FloatVector.fromArray(S, x, xo + from[f + 9]);
    FloatVector v10 = FloatVector.fromArray(S, x, xo + from[f + 10]);
    FloatVector v11 = FloatVector.fromArray(S, x, xo + from[f + 11]);
    FloatVector v12 = FloatVector.fromArray(S, x, xo + from[f + 12]);
    FloatVector v13 = FloatVector.fromArray(S, x, xo + from[f + 13]);
    FloatVector v14 = FloatVector.fromArray(S, x, xo + from[f + 14]);
    FloatVector v15 = FloatVector.fromArray(S, x, xo + from[f + 15]);
    FloatVector v = v0;
    v0 = v.blend(v8.rearrange(CROSS_8), HIGH_8);
    v8 = v.rearrange(CROSS_8).blend(v8, HIGH_8);
    v = v1;
    v1 = v.blend(v9.rearrange(CROSS_8), HIGH_8);
    v9 = v.rearrange(CROSS_8).blend(v9, HIGH_8);
    v = v2;
    v2 = v.blend(v10.rearrange(CROSS_8), HIGH_8);
    v10 = v.rearrange(CROSS_8).blend(v10, HIGH_8);
    v = v3;
    v3 = v.blend(v11.rearrange(CROSS_8), HIGH_8);
    v11 = v.rearrange(CROSS_8).blend(v11, HIGH_8);
    v = v4;
    v4 = v.blend(v12.rearrange(CROSS_8), HIGH_8);
    v12 = v.rearrange(CROSS_8).blend(v12, HIGH_8);
    v = v5;
    v5 = v.blend(v13.rearrange(CROSS_8), HIGH_8);
    v13 = v.rearrange(CROSS_8).blend(v13, HIGH_8);
    v = v6;
    v6 = v.blend(v14.rearrange(CROSS_8), HIGH_8);
    v14 = v.rearrange(CROSS_8).blend(v14, HIGH_8);
    v = v7;
    v7 = v.blend(v15.rearrange(CROSS_8), HIGH_8);
    v15 = v.rearrange(CROSS_8).blend(v15, HIGH_8);
    v = v0;
    v0 = v.blend(v4.rearrange(CROSS_4), HIGH_4);
    v4 = v.rearrange(CROSS_4).blend(v4, HIGH_4);
    v = v1;
    v1 = v.blend(v5.rearrange(CROSS_4), HIGH_4);
    v5 = v.rearrange(CROSS_4).blend(v5, HIGH_4);
    v = v2;
    v2 = v.blend(v6.rearrange(CROSS_4), HIGH_4);
    v6 = v.rearrange(CROSS_4).blend(v6, HIGH_4);
    v = v3;
    v3 = v.blend(v7.rearrange(CROSS_4), HIGH_4);
    v7 = v.rearrange(CROSS_4).blend(v7, HIGH_4);
    v = v8;
    v8 = v.blend(v12.rearrange(CROSS_4), HIGH_4);
    v12 = v.rearrange(CROSS_4).blend(v12, HIGH_4);
    v = v9;
    v9 = v.blend(v13.rearrange(CROSS_4), HIGH_4);
    v13 = v.rearrange(CROSS_4).blend(v13, HIGH_4);
    v = v10;
    v10 = v.blend(v14.rearrange(CROSS_4), HIGH_4);
    v14 = v.rearrange(CROSS_4).blend(v14, HIGH_4);
    v = v11;
    v11 = v.blend(v15.rearrange(CROSS_4), HIGH_4);
    v15 = v.rearrange(CROSS_4).blend(v15, HIGH_4);
    v = v0;
    v0 = v.blend(v2.rearrange(CROSS_2), HIGH_2);
    v2 = v.rearrange(CROSS_2).blend(v2, HIGH_2);
    v = v1;
    v1 = v.blend(v3.rearrange(CROSS_2), HIGH_2);
    v3 = v.rearrange(CROSS_2).blend(v3, HIGH_2);
    v = v4;
    v4 = v.blend(v6.rearrange(CROSS_2), HIGH_2);
    v6 = v.rearrange(CROSS_2).blend(v6, HIGH_2);
    v = v5;
    v5 = v.blend(v7.rearrange(CROSS_2), HIGH_2);
    v7 = v.rearrange(CROSS_2).blend(v7, HIGH_2);
    v = v8;
    v8 = v.blend(v10.rearrange(CROSS_2), HIGH_2);
    v10 = v.rearrange(CROSS_2).blend(v10, HIGH_2);
    v = v9;
    v9 = v.blend(v11.rearrange(CROSS_2), HIGH_2);
    v11 = v.rearrange(CROSS_2).blend(v11, HIGH_2);
    v = v12;
    v12 = v.blend(v14.rearrange(CROSS_2), HIGH_2);
    v14 = v.rearrange(CROSS_2).blend(v14, HIGH_2);
    v = v13;
    v13 = v.blend(v15.rearrange(CROSS_2), HIGH_2);
    v15 = v.rearrange(CROSS_2).blend(v15, HIGH_2);
    v = v0;
    v0 = v.blend(v1.rearrange(CROSS_1), HIGH_1);
    v1 = v.rearrange(CROSS_1).blend(v1, HIGH_1);
    v = v2;
    v2 = v.blend(v3.rearrange(CROSS_1), HIGH_1);
    v3 = v.rearrange(CROSS_1).blend(v3, HIGH_1);
    v = v4;
    v4 = v.blend(v5.rearrange(CROSS_1), HIGH_1);
    v5 = v.rearrange(CROSS_1).blend(v5, HIGH_1);
    v = v6;
    v6 = v.blend(v7.rearrange(CROSS_1), HIGH_1);
    v7 = v.rearrange(CROSS_1).blend(v7, HIGH_1);
    v = v8;
    v8 = v.blend(v9.rearrange(CROSS_1), HIGH_1);
    v9 = v.rearrange(CROSS_1).blend(v9, HIGH_1);
    v = v10;
    v10 = v.blend(v11.rearrange(CROSS_1), HIGH_1);
    v11 = v.rearrange(CROSS_1).blend(v11, HIGH_1);
    v = v12;
    v12 = v.blend(v13.rearrange(CROSS_1), HIGH_1);
    v13 = v.rearrange(CROSS_1).blend(v13, HIGH_1);
    v = v14;
    v14 = v.blend(v15.rearrange(CROSS_1), HIGH_1);
    v15 = v.rearrange(CROSS_1).blend(v15, HIGH_1);
    v15.intoArray(y, yo + to[t + 15]);
    v14.intoArray(y, yo + to[t + 14]);
    v13.intoArray(y, yo + to[t + 13]);
    v12.intoArray(y, yo + to[t + 12]);
    v11.intoArray(y, yo + to[t + 11]);
    v10.intoArray(y, yo + to[t + 10]);
    v9.intoArray(y, yo + to[t + 9]);
    v8.intoArray(y, yo + to[t + 8]);
    v7.intoArray(y, yo + to[t + 7]);
    v6.intoArray(y, yo + to[t + 6]);
    v5.intoArray(y, yo + to[t + 5]);
    v4.intoArray(y, yo + to[t + 4]);
    v3.intoArray(y, yo + to[t + 3]);
    v2.intoArray(y, yo + to[t + 2]);
    v1.intoArray(y, yo + to[t + 1]);
    v0.intoArray(y, yo + to[t]);
  }
}
