package dev.tern.device.cpu;

import static dev.tern.device.cpu.Operands.doubles;
import static dev.tern.device.cpu.Operands.floats;
import static dev.tern.device.cpu.Operands.longs;
import static dev.tern.device.cpu.Operands.name;
import static dev.tern.device.cpu.Operands.narrow;
import static dev.tern.device.cpu.Operands.whole;
import static dev.tern.device.cpu.Operands.wholeResult;

import dev.tern.device.Data;
import dev.tern.device.ReduceOp;
import dev.tern.shape.ShapeException;
import java.util.Arrays;

/**
 * Reductions of the middle of {@code [outer, n, inner]}, in the order of the elements. {@code
 * Math.max} and {@code Math.min} give NaN if either number is.
 */
final class Reduce {
  private Reduce() {}

  /** By element type; indices are INT64. */
  static void apply(ReduceOp op, int outer, int n, int inner, Data x, Data out) {
    boolean index = op == ReduceOp.ARGMAX || op == ReduceOp.ARGMIN;
    if (n == 0 && outer * inner > 0 && op != ReduceOp.SUM && op != ReduceOp.PROD) {
      throw new ShapeException(name(op) + " of a dimension of 0 elements is not defined");
    }
    boolean largest = op == ReduceOp.ARGMAX;
    int xo = x.offset();
    int oo = out.offset();
    switch (x.dtype()) {
      case FLOAT32 -> {
        if (index) {
          index(largest, outer, n, inner, floats(x), xo, longs(out), oo);
        } else if (op == ReduceOp.SUM) {
          Float32.sumRows(floats(x), xo, outer, n, inner, floats(out), oo);
        } else {
          reduce(op, outer, n, inner, floats(x), xo, floats(out), oo);
        }
      }
      case FLOAT64 -> {
        if (index) {
          index(largest, outer, n, inner, doubles(x), xo, longs(out), oo);
        } else {
          reduce(op, outer, n, inner, doubles(x), xo, doubles(out), oo);
        }
      }
      default -> {
        Data wide = whole(name(op), x);
        Data result = wholeResult(out);
        if (index) {
          index(
              largest, outer, n, inner, longs(wide), wide.offset(), longs(result), result.offset());
        } else {
          reduce(op, outer, n, inner, longs(wide), wide.offset(), longs(result), result.offset());
        }
        narrow(result, out);
      }
    }
  }

  static void reduce(
      ReduceOp op, int outer, int n, int inner, float[] x, int xo, float[] out, int oo) {
    float empty = op == ReduceOp.PROD ? 1 : 0;
    for (int o = 0; o < outer; o++) {
      int from = xo + o * n * inner;
      int to = oo + o * inner;
      if (n == 0) {
        Arrays.fill(out, to, to + inner, empty);
      } else if (inner == 1) {
        out[to] = row(op, n, x, from);
      } else {
        System.arraycopy(x, from, out, to, inner);
        for (int i = 1; i < n; i++) {
          combine(op, inner, x, from + i * inner, out, to);
        }
      }
    }
  }

  private static float row(ReduceOp op, int n, float[] x, int from) {
    float result = x[from];
    switch (op) {
      case PROD -> {
        for (int i = 1; i < n; i++) {
          result *= x[from + i];
        }
      }
      case MAX -> {
        for (int i = 1; i < n; i++) {
          result = Math.max(result, x[from + i]);
        }
      }
      case MIN -> {
        for (int i = 1; i < n; i++) {
          result = Math.min(result, x[from + i]);
        }
      }
      default -> {
        for (int i = 1; i < n; i++) {
          result += x[from + i];
        }
      }
    }
    return result;
  }

  private static void combine(ReduceOp op, int n, float[] x, int from, float[] out, int to) {
    switch (op) {
      case PROD -> {
        for (int i = 0; i < n; i++) {
          out[to + i] *= x[from + i];
        }
      }
      case MAX -> {
        for (int i = 0; i < n; i++) {
          out[to + i] = Math.max(out[to + i], x[from + i]);
        }
      }
      case MIN -> {
        for (int i = 0; i < n; i++) {
          out[to + i] = Math.min(out[to + i], x[from + i]);
        }
      }
      default -> {
        for (int i = 0; i < n; i++) {
          out[to + i] += x[from + i];
        }
      }
    }
  }

  /** The first index of the largest or smallest, or of the first NaN. */
  static void index(
      boolean largest, int outer, int n, int inner, float[] x, int xo, long[] out, int oo) {
    Arrays.fill(out, oo, oo + outer * inner, 0);
    for (int o = 0; o < outer; o++) {
      int from = xo + o * n * inner;
      int to = oo + o * inner;
      for (int i = 1; i < n; i++) {
        for (int j = 0; j < inner; j++) {
          float best = x[from + (int) out[to + j] * inner + j];
          float value = x[from + i * inner + j];
          if ((largest ? value > best : value < best) || Float.isNaN(value) && !Float.isNaN(best)) {
            out[to + j] = i;
          }
        }
      }
    }
  }

  static void reduce(
      ReduceOp op, int outer, int n, int inner, double[] x, int xo, double[] out, int oo) {
    double empty = op == ReduceOp.PROD ? 1 : 0;
    for (int o = 0; o < outer; o++) {
      int from = xo + o * n * inner;
      int to = oo + o * inner;
      if (n == 0) {
        Arrays.fill(out, to, to + inner, empty);
      } else if (inner == 1) {
        out[to] = row(op, n, x, from);
      } else {
        System.arraycopy(x, from, out, to, inner);
        for (int i = 1; i < n; i++) {
          combine(op, inner, x, from + i * inner, out, to);
        }
      }
    }
  }

  private static double row(ReduceOp op, int n, double[] x, int from) {
    double result = x[from];
    switch (op) {
      case PROD -> {
        for (int i = 1; i < n; i++) {
          result *= x[from + i];
        }
      }
      case MAX -> {
        for (int i = 1; i < n; i++) {
          result = Math.max(result, x[from + i]);
        }
      }
      case MIN -> {
        for (int i = 1; i < n; i++) {
          result = Math.min(result, x[from + i]);
        }
      }
      default -> {
        for (int i = 1; i < n; i++) {
          result += x[from + i];
        }
      }
    }
    return result;
  }

  private static void combine(ReduceOp op, int n, double[] x, int from, double[] out, int to) {
    switch (op) {
      case PROD -> {
        for (int i = 0; i < n; i++) {
          out[to + i] *= x[from + i];
        }
      }
      case MAX -> {
        for (int i = 0; i < n; i++) {
          out[to + i] = Math.max(out[to + i], x[from + i]);
        }
      }
      case MIN -> {
        for (int i = 0; i < n; i++) {
          out[to + i] = Math.min(out[to + i], x[from + i]);
        }
      }
      default -> {
        for (int i = 0; i < n; i++) {
          out[to + i] += x[from + i];
        }
      }
    }
  }

  /** The first index of the largest or smallest, or of the first NaN. */
  static void index(
      boolean largest, int outer, int n, int inner, double[] x, int xo, long[] out, int oo) {
    Arrays.fill(out, oo, oo + outer * inner, 0);
    for (int o = 0; o < outer; o++) {
      int from = xo + o * n * inner;
      int to = oo + o * inner;
      for (int i = 1; i < n; i++) {
        for (int j = 0; j < inner; j++) {
          double best = x[from + (int) out[to + j] * inner + j];
          double value = x[from + i * inner + j];
          if ((largest ? value > best : value < best)
              || Double.isNaN(value) && !Double.isNaN(best)) {
            out[to + j] = i;
          }
        }
      }
    }
  }

  static void reduce(
      ReduceOp op, int outer, int n, int inner, long[] x, int xo, long[] out, int oo) {
    long empty = op == ReduceOp.PROD ? 1 : 0;
    for (int o = 0; o < outer; o++) {
      int from = xo + o * n * inner;
      int to = oo + o * inner;
      if (n == 0) {
        Arrays.fill(out, to, to + inner, empty);
      } else if (inner == 1) {
        out[to] = row(op, n, x, from);
      } else {
        System.arraycopy(x, from, out, to, inner);
        for (int i = 1; i < n; i++) {
          combine(op, inner, x, from + i * inner, out, to);
        }
      }
    }
  }

  private static long row(ReduceOp op, int n, long[] x, int from) {
    long result = x[from];
    switch (op) {
      case PROD -> {
        for (int i = 1; i < n; i++) {
          result *= x[from + i];
        }
      }
      case MAX -> {
        for (int i = 1; i < n; i++) {
          result = Math.max(result, x[from + i]);
        }
      }
      case MIN -> {
        for (int i = 1; i < n; i++) {
          result = Math.min(result, x[from + i]);
        }
      }
      default -> {
        for (int i = 1; i < n; i++) {
          result += x[from + i];
        }
      }
    }
    return result;
  }

  private static void combine(ReduceOp op, int n, long[] x, int from, long[] out, int to) {
    switch (op) {
      case PROD -> {
        for (int i = 0; i < n; i++) {
          out[to + i] *= x[from + i];
        }
      }
      case MAX -> {
        for (int i = 0; i < n; i++) {
          out[to + i] = Math.max(out[to + i], x[from + i]);
        }
      }
      case MIN -> {
        for (int i = 0; i < n; i++) {
          out[to + i] = Math.min(out[to + i], x[from + i]);
        }
      }
      default -> {
        for (int i = 0; i < n; i++) {
          out[to + i] += x[from + i];
        }
      }
    }
  }

  /** The first index of the largest or smallest. */
  static void index(
      boolean largest, int outer, int n, int inner, long[] x, int xo, long[] out, int oo) {
    Arrays.fill(out, oo, oo + outer * inner, 0);
    for (int o = 0; o < outer; o++) {
      int from = xo + o * n * inner;
      int to = oo + o * inner;
      for (int i = 1; i < n; i++) {
        for (int j = 0; j < inner; j++) {
          long best = x[from + (int) out[to + j] * inner + j];
          long value = x[from + i * inner + j];
          if ((largest ? value > best : value < best)) {
            out[to + j] = i;
          }
        }
      }
    }
  }
}
