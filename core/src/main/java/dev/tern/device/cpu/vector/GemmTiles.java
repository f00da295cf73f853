package dev.tern.device.cpu.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Register tiles of matrix products: rows of a, each kc long from where its r says, times a panel
 * {@code b: [kc, columns]}, added to c. Nothing but loops and vectors here: a call would put the
 * vectors on the heap. An index is the counter times one constant: of two, JDK 17 would check the
 * range in every turn.
 */
final class GemmTiles {
  private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
  private static final int L = S.length();

  /** The rows of the highest tile. */
  static final int MOST_ROWS = 6;

  private GemmTiles() {}

  /** 6 rows by 4 vectors. */
  static void sixByFour(
      float[] a,
      int r0,
      int r1,
      int r2,
      int r3,
      int r4,
      int r5,
      float[] b,
      int bo,
      int kc,
      float[] c,
      int co,
      int ldc) {
    int second = co + ldc;
    int third = second + ldc;
    int fourth = third + ldc;
    int fifth = fourth + ldc;
    int sixth = fifth + ldc;
    FloatVector a0 = FloatVector.fromArray(S, c, co);
    FloatVector a1 = FloatVector.fromArray(S, c, co + L);
    FloatVector a2 = FloatVector.fromArray(S, c, co + 2 * L);
    FloatVector a3 = FloatVector.fromArray(S, c, co + 3 * L);
    FloatVector b0 = FloatVector.fromArray(S, c, second);
    FloatVector b1 = FloatVector.fromArray(S, c, second + L);
    FloatVector b2 = FloatVector.fromArray(S, c, second + 2 * L);
    FloatVector b3 = FloatVector.fromArray(S, c, second + 3 * L);
    FloatVector c0 = FloatVector.fromArray(S, c, third);
    FloatVector c1 = FloatVector.fromArray(S, c, third + L);
    FloatVector c2 = FloatVector.fromArray(S, c, third + 2 * L);
    FloatVector c3 = FloatVector.fromArray(S, c, third + 3 * L);
    FloatVector d0 = FloatVector.fromArray(S, c, fourth);
    FloatVector d1 = FloatVector.fromArray(S, c, fourth + L);
    FloatVector d2 = FloatVector.fromArray(S, c, fourth + 2 * L);
    FloatVector d3 = FloatVector.fromArray(S, c, fourth + 3 * L);
    FloatVector e0 = FloatVector.fromArray(S, c, fifth);
    FloatVector e1 = FloatVector.fromArray(S, c, fifth + L);
    FloatVector e2 = FloatVector.fromArray(S, c, fifth + 2 * L);
    FloatVector e3 = FloatVector.fromArray(S, c, fifth + 3 * L);
    FloatVector f0 = FloatVector.fromArray(S, c, sixth);
    FloatVector f1 = FloatVector.fromArray(S, c, sixth + L);
    FloatVector f2 = FloatVector.fromArray(S, c, sixth + 2 * L);
    FloatVector f3 = FloatVector.fromArray(S, c, sixth + 3 * L);
    for (int l = 0; l < kc; l++) {
      int at = bo + l * (4 * L);
      FloatVector v0 = FloatVector.fromArray(S, b, at);
      FloatVector v1 = FloatVector.fromArray(S, b, at + L);
      FloatVector v2 = FloatVector.fromArray(S, b, at + 2 * L);
      FloatVector v3 = FloatVector.fromArray(S, b, at + 3 * L);
      FloatVector u = FloatVector.broadcast(S, a[r0 + l]);
      a0 = v0.fma(u, a0);
      a1 = v1.fma(u, a1);
      a2 = v2.fma(u, a2);
      a3 = v3.fma(u, a3);
      u = FloatVector.broadcast(S, a[r1 + l]);
      b0 = v0.fma(u, b0);
      b1 = v1.fma(u, b1);
      b2 = v2.fma(u, b2);
      b3 = v3.fma(u, b3);
      u = FloatVector.broadcast(S, a[r2 + l]);
      c0 = v0.fma(u, c0);
      c1 = v1.fma(u, c1);
      c2 = v2.fma(u, c2);
      c3 = v3.fma(u, c3);
      u = FloatVector.broadcast(S, a[r3 + l]);
      d0 = v0.fma(u, d0);
      d1 = v1.fma(u, d1);
      d2 = v2.fma(u, d2);
      d3 = v3.fma(u, d3);
      u = FloatVector.broadcast(S, a[r4 + l]);
      e0 = v0.fma(u, e0);
      e1 = v1.fma(u, e1);
      e2 = v2.fma(u, e2);
      e3 = v3.fma(u, e3);
      u = FloatVector.broadcast(S, a[r5 + l]);
      f0 = v0.fma(u, f0);
      f1 = v1.fma(u, f1);
      f2 = v2.fma(u, f2);
      f3 = v3.fma(u, f3);
    }
    a0.intoArray(c, co);
    a1.intoArray(c, co + L);
    a2.intoArray(c, co + 2 * L);
    a3.intoArray(c, co + 3 * L);
    b0.intoArray(c, second);
    b1.intoArray(c, second + L);
    b2.intoArray(c, second + 2 * L);
    b3.intoArray(c, second + 3 * L);
    c0.intoArray(c, third);
    c1.intoArray(c, third + L);
    c2.intoArray(c, third + 2 * L);
    c3.intoArray(c, third + 3 * L);
    d0.intoArray(c, fourth);
    d1.intoArray(c, fourth + L);
    d2.intoArray(c, fourth + 2 * L);
    d3.intoArray(c, fourth + 3 * L);
    e0.intoArray(c, fifth);
    e1.intoArray(c, fifth + L);
    e2.intoArray(c, fifth + 2 * L);
    e3.intoArray(c, fifth + 3 * L);
    f0.intoArray(c, sixth);
    f1.intoArray(c, sixth + L);
    f2.intoArray(c, sixth + 2 * L);
    f3.intoArray(c, sixth + 3 * L);
  }

  /** 6 rows by 2 vectors. */
  static void sixByTwo(
      float[] a,
      int r0,
      int r1,
      int r2,
      int r3,
      int r4,
      int r5,
      float[] b,
      int bo,
      int kc,
      float[] c,
      int co,
      int ldc) {
    int second = co + ldc;
    int third = second + ldc;
    int fourth = third + ldc;
    int fifth = fourth + ldc;
    int sixth = fifth + ldc;
    FloatVector a0 = FloatVector.fromArray(S, c, co);
    FloatVector a1 = FloatVector.fromArray(S, c, co + L);
    FloatVector b0 = FloatVector.fromArray(S, c, second);
    FloatVector b1 = FloatVector.fromArray(S, c, second + L);
    FloatVector c0 = FloatVector.fromArray(S, c, third);
    FloatVector c1 = FloatVector.fromArray(S, c, third + L);
    FloatVector d0 = FloatVector.fromArray(S, c, fourth);
    FloatVector d1 = FloatVector.fromArray(S, c, fourth + L);
    FloatVector e0 = FloatVector.fromArray(S, c, fifth);
    FloatVector e1 = FloatVector.fromArray(S, c, fifth + L);
    FloatVector f0 = FloatVector.fromArray(S, c, sixth);
    FloatVector f1 = FloatVector.fromArray(S, c, sixth + L);
    for (int l = 0; l < kc; l++) {
      int at = bo + l * (2 * L);
      FloatVector v0 = FloatVector.fromArray(S, b, at);
      FloatVector v1 = FloatVector.fromArray(S, b, at + L);
      FloatVector u = FloatVector.broadcast(S, a[r0 + l]);
      a0 = v0.fma(u, a0);
      a1 = v1.fma(u, a1);
      u = FloatVector.broadcast(S, a[r1 + l]);
      b0 = v0.fma(u, b0);
      b1 = v1.fma(u, b1);
      u = FloatVector.broadcast(S, a[r2 + l]);
      c0 = v0.fma(u, c0);
      c1 = v1.fma(u, c1);
      u = FloatVector.broadcast(S, a[r3 + l]);
      d0 = v0.fma(u, d0);
      d1 = v1.fma(u, d1);
      u = FloatVector.broadcast(S, a[r4 + l]);
      e0 = v0.fma(u, e0);
      e1 = v1.fma(u, e1);
      u = FloatVector.broadcast(S, a[r5 + l]);
      f0 = v0.fma(u, f0);
      f1 = v1.fma(u, f1);
    }
    a0.intoArray(c, co);
    a1.intoArray(c, co + L);
    b0.intoArray(c, second);
    b1.intoArray(c, second + L);
    c0.intoArray(c, third);
    c1.intoArray(c, third + L);
    d0.intoArray(c, fourth);
    d1.intoArray(c, fourth + L);
    e0.intoArray(c, fifth);
    e1.intoArray(c, fifth + L);
    f0.intoArray(c, sixth);
    f1.intoArray(c, sixth + L);
  }

  /** 4 rows by 4 vectors. */
  static void fourByFour(
      float[] a,
      int r0,
      int r1,
      int r2,
      int r3,
      float[] b,
      int bo,
      int kc,
      float[] c,
      int co,
      int ldc) {
    int second = co + ldc;
    int third = second + ldc;
    int fourth = third + ldc;
    FloatVector a0 = FloatVector.fromArray(S, c, co);
    FloatVector a1 = FloatVector.fromArray(S, c, co + L);
    FloatVector a2 = FloatVector.fromArray(S, c, co + 2 * L);
    FloatVector a3 = FloatVector.fromArray(S, c, co + 3 * L);
    FloatVector b0 = FloatVector.fromArray(S, c, second);
    FloatVector b1 = FloatVector.fromArray(S, c, second + L);
    FloatVector b2 = FloatVector.fromArray(S, c, second + 2 * L);
    FloatVector b3 = FloatVector.fromArray(S, c, second + 3 * L);
    FloatVector c0 = FloatVector.fromArray(S, c, third);
    FloatVector c1 = FloatVector.fromArray(S, c, third + L);
    FloatVector c2 = FloatVector.fromArray(S, c, third + 2 * L);
    FloatVector c3 = FloatVector.fromArray(S, c, third + 3 * L);
    FloatVector d0 = FloatVector.fromArray(S, c, fourth);
    FloatVector d1 = FloatVector.fromArray(S, c, fourth + L);
    FloatVector d2 = FloatVector.fromArray(S, c, fourth + 2 * L);
    FloatVector d3 = FloatVector.fromArray(S, c, fourth + 3 * L);
    for (int l = 0; l < kc; l++) {
      int at = bo + l * (4 * L);
      FloatVector v0 = FloatVector.fromArray(S, b, at);
      FloatVector v1 = FloatVector.fromArray(S, b, at + L);
      FloatVector v2 = FloatVector.fromArray(S, b, at + 2 * L);
      FloatVector v3 = FloatVector.fromArray(S, b, at + 3 * L);
      FloatVector u = FloatVector.broadcast(S, a[r0 + l]);
      a0 = v0.fma(u, a0);
      a1 = v1.fma(u, a1);
      a2 = v2.fma(u, a2);
      a3 = v3.fma(u, a3);
      u = FloatVector.broadcast(S, a[r1 + l]);
      b0 = v0.fma(u, b0);
      b1 = v1.fma(u, b1);
      b2 = v2.fma(u, b2);
      b3 = v3.fma(u, b3);
      u = FloatVector.broadcast(S, a[r2 + l]);
      c0 = v0.fma(u, c0);
      c1 = v1.fma(u, c1);
      c2 = v2.fma(u, c2);
      c3 = v3.fma(u, c3);
      u = FloatVector.broadcast(S, a[r3 + l]);
      d0 = v0.fma(u, d0);
      d1 = v1.fma(u, d1);
      d2 = v2.fma(u, d2);
      d3 = v3.fma(u, d3);
    }
    a0.intoArray(c, co);
    a1.intoArray(c, co + L);
    a2.intoArray(c, co + 2 * L);
    a3.intoArray(c, co + 3 * L);
    b0.intoArray(c, second);
    b1.intoArray(c, second + L);
    b2.intoArray(c, second + 2 * L);
    b3.intoArray(c, second + 3 * L);
    c0.intoArray(c, third);
    c1.intoArray(c, third + L);
    c2.intoArray(c, third + 2 * L);
    c3.intoArray(c, third + 3 * L);
    d0.intoArray(c, fourth);
    d1.intoArray(c, fourth + L);
    d2.intoArray(c, fourth + 2 * L);
    d3.intoArray(c, fourth + 3 * L);
  }

  /** 4 rows by 2 vectors. */
  static void fourByTwo(
      float[] a,
      int r0,
      int r1,
      int r2,
      int r3,
      float[] b,
      int bo,
      int kc,
      float[] c,
      int co,
      int ldc) {
    int second = co + ldc;
    int third = second + ldc;
    int fourth = third + ldc;
    FloatVector a0 = FloatVector.fromArray(S, c, co);
    FloatVector a1 = FloatVector.fromArray(S, c, co + L);
    FloatVector b0 = FloatVector.fromArray(S, c, second);
    FloatVector b1 = FloatVector.fromArray(S, c, second + L);
    FloatVector c0 = FloatVector.fromArray(S, c, third);
    FloatVector c1 = FloatVector.fromArray(S, c, third + L);
    FloatVector d0 = FloatVector.fromArray(S, c, fourth);
    FloatVector d1 = FloatVector.fromArray(S, c, fourth + L);
    for (int l = 0; l < kc; l++) {
      int at = bo + l * (2 * L);
      FloatVector v0 = FloatVector.fromArray(S, b, at);
      FloatVector v1 = FloatVector.fromArray(S, b, at + L);
      FloatVector u = FloatVector.broadcast(S, a[r0 + l]);
      a0 = v0.fma(u, a0);
      a1 = v1.fma(u, a1);
      u = FloatVector.broadcast(S, a[r1 + l]);
      b0 = v0.fma(u, b0);
      b1 = v1.fma(u, b1);
      u = FloatVector.broadcast(S, a[r2 + l]);
      c0 = v0.fma(u, c0);
      c1 = v1.fma(u, c1);
      u = FloatVector.broadcast(S, a[r3 + l]);
      d0 = v0.fma(u, d0);
      d1 = v1.fma(u, d1);
    }
    a0.intoArray(c, co);
    a1.intoArray(c, co + L);
    b0.intoArray(c, second);
    b1.intoArray(c, second + L);
    c0.intoArray(c, third);
    c1.intoArray(c, third + L);
    d0.intoArray(c, fourth);
    d1.intoArray(c, fourth + L);
  }

  /** 4 rows by 1 vector. */
  static void fourByOne(
      float[] a,
      int r0,
      int r1,
      int r2,
      int r3,
      float[] b,
      int bo,
      int kc,
      float[] c,
      int co,
      int ldc) {
    int second = co + ldc;
    int third = second + ldc;
    int fourth = third + ldc;
    FloatVector a0 = FloatVector.fromArray(S, c, co);
    FloatVector b0 = FloatVector.fromArray(S, c, second);
    FloatVector c0 = FloatVector.fromArray(S, c, third);
    FloatVector d0 = FloatVector.fromArray(S, c, fourth);
    for (int l = 0; l < kc; l++) {
      int at = bo + l * L;
      FloatVector v0 = FloatVector.fromArray(S, b, at);
      FloatVector u = FloatVector.broadcast(S, a[r0 + l]);
      a0 = v0.fma(u, a0);
      u = FloatVector.broadcast(S, a[r1 + l]);
      b0 = v0.fma(u, b0);
      u = FloatVector.broadcast(S, a[r2 + l]);
      c0 = v0.fma(u, c0);
      u = FloatVector.broadcast(S, a[r3 + l]);
      d0 = v0.fma(u, d0);
    }
    a0.intoArray(c, co);
    b0.intoArray(c, second);
    c0.intoArray(c, third);
    d0.intoArray(c, fourth);
  }
}
