package dev.tern.device.cpu;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * A 3x3 convolution with stride 1 and padding 1 of random numbers, and its gradients, as sums
 * written out in double.
 */
final class ConvSums {
  final int n;
  final int c;
  final int h;
  final int w;
  final int k;
  final float[] x;
  final float[] weight;
  final float[] bias;
  final float[] dy;
  final double[] y;
  final double[] dx;
  final double[] dw;

  ConvSums(int n, int c, int h, int w, int k) {
    this(n, c, h, w, k, new SplittableRandom(3));
  }

  private ConvSums(int n, int c, int h, int w, int k, SplittableRandom random) {
    this.n = n;
    this.c = c;
    this.h = h;
    this.w = w;
    this.k = k;
    x = random(random, n * c * h * w);
    weight = random(random, k * c * 9);
    bias = random(random, k);
    dy = random(random, n * k * h * w);
    y = new double[dy.length];
    dx = new double[x.length];
    dw = new double[weight.length];
    for (int o = 0; o < y.length; o++) {
      y[o] = bias[o / (h * w) % k];
    }
    for (int image = 0; image < n; image++) {
      for (int o = 0; o < k; o++) {
        for (int t = 0; t < c * 9; t++) {
          add(image, o, t);
        }
      }
    }
  }

  /** What one tap of one output channel adds in one image. */
  private void add(int image, int o, int t) {
    int down = t % 9 / 3 - 1;
    int right = t % 3 - 1;
    int in = (image * c + t / 9) * h * w;
    int out = (image * k + o) * h * w;
    int at = o * c * 9 + t;
    double sum = 0;
    for (int r = Math.max(0, -down); r < Math.min(h, h - down); r++) {
      for (int j = Math.max(0, -right); j < Math.min(w, w - right); j++) {
        int from = in + (r + down) * w + j + right;
        int to = out + r * w + j;
        y[to] += (double) x[from] * weight[at];
        dx[from] += (double) dy[to] * weight[at];
        sum += (double) dy[to] * x[from];
      }
    }
    dw[at] += sum;
  }

  Planes in(float[] elements, int first) {
    return Planes.of(elements, first, n, c, h, w);
  }

  Planes out(float[] elements, int first) {
    return Planes.of(elements, first, n, k, h, w);
  }

  static float[] random(SplittableRandom random, int n) {
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = (float) (random.nextDouble() * 2 - 1);
    }
    return values;
  }

  static float[] concat(float[] a, float[] b) {
    float[] both = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, both, a.length, b.length);
    return both;
  }
}
