package dev.tern.device.cpu.vector;

import dev.tern.device.cpu.Planes;
import dev.tern.device.cpu.Scratch;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The weight gradient of a 3x3 convolution of few input channels, such as a network's first: {@code
 * dw[k, c, tap] = sum over positions of dy[k] x[c] shifted by the tap}. Lanes are positions; 24
 * sums are 8 output channels by the 3 taps of a row, and a group of images goes through one flat
 * loop before the lanes are added up.
 */
final class VectorConvFew {
  private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
  private static final int L = S.length();
  private static final int BLOCK = 8;
  private static final int GROUP = 8;

  private VectorConvFew() {}

  static void weightGrad(Planes x, Planes dy, float[] dw, int dwo) {
    int images = x.images();
    int c = x.channels();
    int h = x.h();
    int w = x.w();
    int k = dy.channels();
    int wp = w + 2;
    int plane = VectorConv3x3.planeSize(h, w);
    int group = Math.min(images, GROUP);
    boolean whole = w % L == 0;
    // where whole vectors are rows or parts of them, dy is read where it is
    int ofDy = whole ? h * w : plane;
    int vectors = whole ? h * w / L : (h * wp + L - 1) / L;
    float[] p = cleared(Scratch.PLANES, c * group * plane);
    float[] q = whole ? dy.elements() : cleared(Scratch.TRANSPOSED, k * group * plane);
    Arrays.fill(dw, dwo, dwo + k * c * 9, 0);
    int[] atX = new int[group * vectors];
    int[] atDy = new int[group * vectors];
    for (int i = 0; i < atX.length; i++) {
      int image = i / vectors;
      int v = i % vectors * L;
      atX[i] = image * c * plane + (whole ? v / w * wp + v % w : v);
      atDy[i] = image * (whole ? dy.step() : k * ofDy) + v;
    }
    float[] sums = new float[3 * BLOCK * L];
    int[] planes = new int[BLOCK];
    for (int n = 0; n < images; n += group) {
      int count = Math.min(group, images - n);
      for (int image = 0; image < count; image++) {
        int to = image * c * plane + wp + 1;
        VectorConv3x3.borderInto(c, h, w, x.elements(), x.at(n + image, 0), p, to, plane);
      }
      for (int image = 0; !whole && image < count; image++) {
        int to = image * k * plane;
        VectorConv3x3.borderInto(k, h, w, dy.elements(), dy.at(n + image, 0), q, to, plane);
      }
      int first = whole ? dy.at(n, 0) : 0;
      for (int k0 = 0; k0 < k; k0 += BLOCK) {
        for (int j = 0; j < BLOCK; j++) {
          planes[j] = first + Math.min(k0 + j, k - 1) * ofDy;
        }
        for (int row = 0; row < 3 * c; row++) {
          int from = row / 3 * plane + row % 3 * wp;
          threeTaps(p, from, atX, q, planes, atDy, count * vectors, sums);
          for (int j = 0; j < BLOCK && k0 + j < k; j++) {
            int to = dwo + (k0 + j) * c * 9 + row * 3;
            for (int tap = 0; tap < 3; tap++) {
              dw[to + tap] += lanes(sums, (j * 3 + tap) * L);
            }
          }
        }
      }
    }
  }

  private static float[] cleared(int slot, int n) {
    float[] array = Scratch.floats(slot, n);
    Arrays.fill(array, 0, n, 0);
    return array;
  }

  /**
   * The sum of a vector's lanes in one order; what {@code reduceLanes} gives depends on the
   * compiler.
   */
  private static float lanes(float[] sums, int at) {
    for (int half = L / 2; half > 0; half /= 2) {
      for (int i = 0; i < half; i++) {
        sums[at + i] += sums[at + half + i];
      }
    }
    return sums[at];
  }

  private static void threeTaps(
      float[] x, int xo, int[] atX, float[] dy, int[] planes, int[] atDy, int n, float[] sums) {
    int d0 = planes[0];
    int d1 = planes[1];
    int d2 = planes[2];
    int d3 = planes[3];
    int d4 = planes[4];
    int d5 = planes[5];
    int d6 = planes[6];
    int d7 = planes[7];
    FloatVector a0 = FloatVector.zero(S);
    FloatVector b0 = a0;
    FloatVector c0 = a0;
    FloatVector a1 = a0;
    FloatVector b1 = a0;
    FloatVector c1 = a0;
    FloatVector a2 = a0;
    FloatVector b2 = a0;
    FloatVector c2 = a0;
    FloatVector a3 = a0;
    FloatVector b3 = a0;
    FloatVector c3 = a0;
    FloatVector a4 = a0;
    FloatVector b4 = a0;
    FloatVector c4 = a0;
    FloatVector a5 = a0;
    FloatVector b5 = a0;
    FloatVector c5 = a0;
    FloatVector a6 = a0;
    FloatVector b6 = a0;
    FloatVector c6 = a0;
    FloatVector a7 = a0;
    FloatVector b7 = a0;
    FloatVector c7 = a0;
    for (int i = 0; i < n; i++) {
      int z = xo + atX[i];
      int t = atDy[i];
      FloatVector u = FloatVector.fromArray(S, x, z);
      FloatVector v = FloatVector.fromArray(S, x, z + 1);
      FloatVector w = FloatVector.fromArray(S, x, z + 2);
      FloatVector d = FloatVector.fromArray(S, dy, d0 + t);
      a0 = u.fma(d, a0);
      b0 = v.fma(d, b0);
      c0 = w.fma(d, c0);
      d = FloatVector.fromArray(S, dy, d1 + t);
      a1 = u.fma(d, a1);
      b1 = v.fma(d, b1);
      c1 = w.fma(d, c1);
      d = FloatVector.fromArray(S, dy, d2 + t);
      a2 = u.fma(d, a2);
      b2 = v.fma(d, b2);
      c2 = w.fma(d, c2);
      d = FloatVector.fromArray(S, dy, d3 + t);
      a3 = u.fma(d, a3);
      b3 = v.fma(d, b3);
      c3 = w.fma(d, c3);
      d = FloatVector.fromArray(S, dy, d4 + t);
      a4 = u.fma(d, a4);
      b4 = v.fma(d, b4);
      c4 = w.fma(d, c4);
      d = FloatVector.fromArray(S, dy, d5 + t);
      a5 = u.fma(d, a5);
      b5 = v.fma(d, b5);
      c5 = w.fma(d, c5);
      d = FloatVector.fromArray(S, dy, d6 + t);
      a6 = u.fma(d, a6);
      b6 = v.fma(d, b6);
      c6 = w.fma(d, c6);
      d = FloatVector.fromArray(S, dy, d7 + t);
      a7 = u.fma(d, a7);
      b7 = v.fma(d, b7);
      c7 = w.fma(d, c7);
    }
    a0.intoArray(sums, 0);
    b0.intoArray(sums, L);
    c0.intoArray(sums, 2 * L);
    a1.intoArray(sums, 3 * L);
    b1.intoArray(sums, 4 * L);
    c1.intoArray(sums, 5 * L);
    a2.intoArray(sums, 6 * L);
    b2.intoArray(sums, 7 * L);
    c2.intoArray(sums, 8 * L);
    a3.intoArray(sums, 9 * L);
    b3.intoArray(sums, 10 * L);
    c3.intoArray(sums, 11 * L);
    a4.intoArray(sums, 12 * L);
    b4.intoArray(sums, 13 * L);
    c4.intoArray(sums, 14 * L);
    a5.intoArray(sums, 15 * L);
    b5.intoArray(sums, 16 * L);
    c5.intoArray(sums, 17 * L);
    a6.intoArray(sums, 18 * L);
    b6.intoArray(sums, 19 * L);
    c6.intoArray(sums, 20 * L);
    a7.intoArray(sums, 21 * L);
    b7.intoArray(sums, 22 * L);
    c7.intoArray(sums, 23 * L);
  }
}
