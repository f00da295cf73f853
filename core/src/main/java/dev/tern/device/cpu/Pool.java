package dev.tern.device.cpu;

import dev.tern.device.BinaryOp;
import dev.tern.device.PoolSpec;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * FLOAT32 pooling of one or two dimensions by any window, plane by plane: the rows of a window into
 * one, with its padding, and that one shifted by each of its taps. So all loops run along rows,
 * where C2 makes vectors of them; the stride comes last, when the windows asked for are picked.
 */
final class Pool {
  private static final int ELEMENTS = 32_768;

  private final PoolSpec spec;
  private final Axis down;
  private final Axis right;
  private final float[] widths; // how many columns a mean is of

  /** One dimension: its size, and how the windows lie along it. */
  private record Axis(int in, int out, int window, int stride, int padding, int dilation) {
    static Axis of(PoolSpec s, int d) {
      return d < 0
          ? new Axis(1, 1, 1, 1, 0, 1)
          : new Axis(
              s.in()[d], s.out()[d], s.window()[d], s.stride()[d], s.padding()[d], s.dilation()[d]);
    }

    /** Where tap t of window o is, perhaps outside. */
    int at(int o, int t) {
      return o * stride - padding + t * dilation;
    }

    /** Room for a row with its padding, in whole vectors. */
    int padded() {
      return (in + 2 * padding + 15) / 16 * 16;
    }

    /** How far a window reaches beyond its first element, likewise. */
    int reach() {
      return ((window - 1) * dilation + 15) / 16 * 16;
    }

    /** How many elements a mean over window o is of. */
    int count(int o, boolean countsPadding) {
      int start = at(o, 0);
      int end = Math.min(start + window, in + padding);
      return countsPadding ? end - start : Math.min(end, in) - Math.max(start, 0);
    }
  }

  private Pool(PoolSpec spec) {
    this.spec = spec;
    this.down = Axis.of(spec, spec.rank() - 2);
    this.right = Axis.of(spec, spec.rank() - 1);
    this.widths = new float[right.out];
    for (int j = 0; j < widths.length; j++) {
      widths[j] = right.count(j, spec.countsPadding());
    }
  }

  static boolean fits(PoolSpec spec) {
    return spec.rank() <= 2;
  }

  @FunctionalInterface
  private interface Plane {
    void run(int from, int to);
  }

  /** Visits all planes by their first elements on both sides. */
  private void each(Plane plane) {
    int planes = spec.batch() * spec.channels();
    int in = down.in * right.in;
    int out = down.out * right.out;
    int group = Math.max(1, ELEMENTS / Math.max(1, Math.max(in, out)));
    Team.run(
        (planes + group - 1) / group,
        task -> {
          for (int p = task * group; p < Math.min(planes, (task + 1) * group); p++) {
            plane.run(p * in, p * out);
          }
        });
  }

  static void max(
      PoolSpec spec, float[] x, int xo, float[] y, int yo, long @Nullable [] indices, int io) {
    var pool = new Pool(spec);
    pool.each(
        (from, to) -> {
          pool.max(x, xo + from, y, yo + to);
          for (int o = 0; indices != null && o < pool.down.out * pool.right.out; o++) {
            indices[io + to + o] = pool.best(x, xo + from, o / pool.right.out, o % pool.right.out);
          }
        });
  }

  private void max(float[] x, int xo, float[] y, int yo) {
    int width = right.padded();
    int result = width + right.reach();
    float[] rows = Scratch.floats(Scratch.PLANES, result + width);
    for (int o = 0; o < down.out; o++) {
      Arrays.fill(rows, 0, result, Float.NEGATIVE_INFINITY);
      for (int t = 0; t < down.window; t++) {
        int r = down.at(o, t);
        if (r >= 0 && r < down.in) {
          combine(BinaryOp.MAX, x, xo + r * right.in, rows, right.padding, right.in);
        }
      }
      System.arraycopy(rows, 0, rows, result, width);
      for (int t = 1; t < right.window; t++) {
        combine(BinaryOp.MAX, rows, t * right.dilation, rows, result, width);
      }
      pick(rows, result, y, yo + o * right.out);
    }
  }

  /** {@code y = op(y, x)}. */
  private static void combine(BinaryOp op, float[] x, int xo, float[] y, int yo, int n) {
    Simd.get().binary(op, y, yo, 1, x, xo, 1, y, yo, n);
  }

  private void pick(float[] x, int xo, float[] y, int yo) {
    for (int j = 0; j < right.out; j++) {
      y[yo + j] = x[xo + j * right.stride];
    }
  }

  static void maxGrad(PoolSpec spec, float[] x, int xo, float[] dy, int dyo, float[] dx, int dxo) {
    var pool = new Pool(spec);
    Arrays.fill(dx, dxo, dxo + spec.inputShape().numel(), 0);
    pool.each(
        (from, to) -> {
          for (int i = 0; i < pool.down.out; i++) {
            for (int j = 0; j < pool.right.out; j++) {
              int best = pool.best(x, xo + from, i, j);
              dx[dxo + from + best] += dy[dyo + to + i * pool.right.out + j];
            }
          }
        });
  }

  /** Where in its plane the largest element of a window is: the first of several, or NaN. */
  private int best(float[] x, int xo, int i, int j) {
    int top = down.at(i, 0);
    int left = right.at(j, 0);
    int best = -1;
    float largest = Float.NEGATIVE_INFINITY;
    for (int s = 0; s < down.window; s++) {
      int r = top + s * down.dilation;
      if (r >= 0 && r < down.in) {
        for (int t = 0; t < right.window; t++) {
          int c = left + t * right.dilation;
          if (c >= 0 && c < right.in) {
            float value = x[xo + r * right.in + c];
            boolean more = value > largest || Float.isNaN(value) && !Float.isNaN(largest);
            largest = more ? value : largest;
            best = more || best < 0 ? r * right.in + c : best;
          }
        }
      }
    }
    return best;
  }

  static void mean(PoolSpec spec, float[] x, int xo, float[] y, int yo) {
    var pool = new Pool(spec);
    pool.each((from, to) -> pool.mean(x, xo + from, y, yo + to));
  }

  private void mean(float[] x, int xo, float[] y, int yo) {
    int width = right.padded();
    int result = width + right.reach();
    float[] rows = Scratch.floats(Scratch.PLANES, result + width);
    for (int o = 0; o < down.out; o++) {
      Arrays.fill(rows, 0, result, 0);
      for (int t = 0; t < down.window; t++) {
        int r = down.at(o, t);
        if (r >= 0 && r < down.in) {
          combine(BinaryOp.ADD, x, xo + r * right.in, rows, right.padding, right.in);
        }
      }
      System.arraycopy(rows, 0, rows, result, width);
      for (int t = 1; t < right.window; t++) {
        combine(BinaryOp.ADD, rows, t, rows, result, width);
      }
      pick(rows, result, y, yo + o * right.out);
      divide(y, yo + o * right.out, o, y, yo + o * right.out);
    }
  }

  /** Divides a row of windows each by how many elements it has. */
  private void divide(float[] x, int xo, int row, float[] y, int yo) {
    float high = down.count(row, spec.countsPadding());
    for (int j = 0; j < right.out; j++) {
      y[yo + j] = x[xo + j] / (high * widths[j]);
    }
  }

  static void meanGrad(PoolSpec spec, float[] dy, int dyo, float[] dx, int dxo) {
    var pool = new Pool(spec);
    pool.each((from, to) -> pool.meanGrad(dy, dyo + to, dx, dxo + from));
  }

  private void meanGrad(float[] dy, int dyo, float[] dx, int dxo) {
    int width = right.padded() + right.reach();
    float[] rows = Scratch.floats(Scratch.PLANES, 2 * width + right.out);
    int shares = 2 * width;
    Arrays.fill(dx, dxo, dxo + down.in * right.in, 0);
    for (int o = 0; o < down.out; o++) {
      divide(dy, dyo + o * right.out, o, rows, shares);
      Arrays.fill(rows, 0, 2 * width, 0);
      for (int j = 0; j < right.out; j++) {
        rows[width + j * right.stride] = rows[shares + j];
      }
      for (int t = 0; t < right.window; t++) {
        combine(BinaryOp.ADD, rows, width, rows, t, right.padded());
      }
      for (int t = 0; t < down.window; t++) {
        int r = down.at(o, t);
        if (r >= 0 && r < down.in) {
          combine(BinaryOp.ADD, rows, right.padding, dx, dxo + r * right.in, right.in);
        }
      }
    }
  }
}
