package dev.tern.device.cpu;

import dev.tern.device.Data;
import dev.tern.shape.DTypeException;

/** {@code condition ? a : b}, for every kind of array. */
final class Select {
  private Select() {}

  /** All three broadcast to the result's shape. */
  static void select(Data condition, Data a, Data b, Data out) {
    var plan = Broadcast.of(out.shape(), condition.shape(), a.shape(), b.shape());
    byte[] when = ((CpuStorage) condition.storage()).bytes();
    Object x = ((CpuStorage) a.storage()).array();
    Object y = ((CpuStorage) b.storage()).array();
    Object to = ((CpuStorage) out.storage()).array();
    int wo = condition.offset();
    int ao = a.offset();
    int bo = b.offset();
    int oo = out.offset();
    int n = plan.length();
    int ws = plan.step(0);
    int as = plan.step(1);
    int bs = plan.step(2);
    if (x instanceof float[] p && y instanceof float[] q && to instanceof float[] r) {
      plan.each((o, c, i, j) -> row(when, wo + c, ws, p, ao + i, as, q, bo + j, bs, r, oo + o, n));
    } else if (x instanceof double[] p && y instanceof double[] q && to instanceof double[] r) {
      plan.each((o, c, i, j) -> row(when, wo + c, ws, p, ao + i, as, q, bo + j, bs, r, oo + o, n));
    } else if (x instanceof long[] p && y instanceof long[] q && to instanceof long[] r) {
      plan.each((o, c, i, j) -> row(when, wo + c, ws, p, ao + i, as, q, bo + j, bs, r, oo + o, n));
    } else if (x instanceof int[] p && y instanceof int[] q && to instanceof int[] r) {
      plan.each((o, c, i, j) -> row(when, wo + c, ws, p, ao + i, as, q, bo + j, bs, r, oo + o, n));
    } else if (x instanceof short[] p && y instanceof short[] q && to instanceof short[] r) {
      plan.each((o, c, i, j) -> row(when, wo + c, ws, p, ao + i, as, q, bo + j, bs, r, oo + o, n));
    } else if (x instanceof byte[] p && y instanceof byte[] q && to instanceof byte[] r) {
      plan.each((o, c, i, j) -> row(when, wo + c, ws, p, ao + i, as, q, bo + j, bs, r, oo + o, n));
    } else {
      throw new DTypeException(
          "where wants one element type, got %s, %s for %s"
              .formatted(a.dtype(), b.dtype(), out.dtype()));
    }
  }

  private static void row(
      byte[] when,
      int wo,
      int ws,
      float[] a,
      int ao,
      int as,
      float[] b,
      int bo,
      int bs,
      float[] out,
      int oo,
      int n) {
    for (int i = 0; i < n; i++) {
      out[oo + i] = when[wo + i * ws] != 0 ? a[ao + i * as] : b[bo + i * bs];
    }
  }

  private static void row(
      byte[] when,
      int wo,
      int ws,
      double[] a,
      int ao,
      int as,
      double[] b,
      int bo,
      int bs,
      double[] out,
      int oo,
      int n) {
    for (int i = 0; i < n; i++) {
      out[oo + i] = when[wo + i * ws] != 0 ? a[ao + i * as] : b[bo + i * bs];
    }
  }

  private static void row(
      byte[] when,
      int wo,
      int ws,
      long[] a,
      int ao,
      int as,
      long[] b,
      int bo,
      int bs,
      long[] out,
      int oo,
      int n) {
    for (int i = 0; i < n; i++) {
      out[oo + i] = when[wo + i * ws] != 0 ? a[ao + i * as] : b[bo + i * bs];
    }
  }

  private static void row(
      byte[] when,
      int wo,
      int ws,
      int[] a,
      int ao,
      int as,
      int[] b,
      int bo,
      int bs,
      int[] out,
      int oo,
      int n) {
    for (int i = 0; i < n; i++) {
      out[oo + i] = when[wo + i * ws] != 0 ? a[ao + i * as] : b[bo + i * bs];
    }
  }

  private static void row(
      byte[] when,
      int wo,
      int ws,
      short[] a,
      int ao,
      int as,
      short[] b,
      int bo,
      int bs,
      short[] out,
      int oo,
      int n) {
    for (int i = 0; i < n; i++) {
      out[oo + i] = when[wo + i * ws] != 0 ? a[ao + i * as] : b[bo + i * bs];
    }
  }

  private static void row(
      byte[] when,
      int wo,
      int ws,
      byte[] a,
      int ao,
      int as,
      byte[] b,
      int bo,
      int bs,
      byte[] out,
      int oo,
      int n) {
    for (int i = 0; i < n; i++) {
      out[oo + i] = when[wo + i * ws] != 0 ? a[ao + i * as] : b[bo + i * bs];
    }
  }
}
