package dev.tern.device.cpu;

import dev.tern.device.ConvSpec;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * FLOAT32 convolutions in one or two dimensions whose input channels are a group each: no sums over
 * channels, so every tap is a scaled plane.
 *
 * <p>A plane is put into a border of zeros and split by stride into phases, (row % stride, column %
 * stride): then what a tap reads for neighbouring outputs are neighbours too, from one offset on,
 * and the loops are plain ones that C2 makes vector instructions of. Rows of outputs lie as far
 * apart as rows of a phase; what is between them is zero, or not used.
 */
final class Depthwise {
  private final int channels;
  private final int multiplier;
  private final int images;
  private final int[] in;
  private final int[] out;
  private final int[] stride;
  private final int[] padding;
  private final int touched;
  private final int pitch;
  private final int phase;
  private final int length;
  private final int[] taps;

  private Depthwise(ConvSpec s) {
    channels = s.inChannels();
    multiplier = s.outChannels() / channels;
    images = s.batch();
    in = plane(s.in(), 1);
    out = plane(s.out(), 1);
    stride = plane(s.stride(), 1);
    padding = plane(s.padding(), 0);
    int[] kernel = plane(s.kernel(), 1);
    int[] dilation = plane(s.dilation(), 1);
    touched = (out[0] - 1) * stride[0] + (kernel[0] - 1) * dilation[0] + 1;
    int across = (out[1] - 1) * stride[1] + (kernel[1] - 1) * dilation[1] + 1;
    pitch = (across + stride[1] - 1) / stride[1];
    phase = (touched + stride[0] - 1) / stride[0] * pitch;
    length = (out[0] - 1) * pitch + out[1];
    taps = new int[kernel[0] * kernel[1]];
    for (int t = 0; t < taps.length; t++) {
      taps[t] = offset(t / kernel[1] * dilation[0], t % kernel[1] * dilation[1]);
    }
  }

  /** Whether it is one of these, and has outputs. */
  static boolean fits(ConvSpec s) {
    return s.rank() <= 2
        && s.groups() > 1
        && s.groups() == s.inChannels()
        && s.outputShape().numel() > 0;
  }

  /** Sizes in two dimensions, of one or two. */
  private static int[] plane(int[] sizes, int first) {
    return sizes.length == 2 ? sizes : new int[] {first, sizes[0]};
  }

  /** Where an element of the bordered plane is. */
  private int offset(int row, int column) {
    return (row % stride[0] * stride[1] + column % stride[1]) * phase
        + row / stride[0] * pitch
        + column / stride[1];
  }

  static void forward(
      ConvSpec spec,
      float[] x,
      int xo,
      float[] weight,
      int wo,
      float @Nullable [] bias,
      int bo,
      float[] y,
      int yo) {
    var d = new Depthwise(spec);
    Team.run(
        d.images * d.channels,
        task -> {
          float[] phases = d.phases();
          float[] sum = Scratch.floats(Scratch.RESULT, d.length);
          d.split(x, xo + task * d.in[0] * d.in[1], phases);
          for (int m = 0; m < d.multiplier; m++) {
            int channel = task % d.channels * d.multiplier + m;
            Arrays.fill(sum, 0, d.length, bias == null ? 0 : bias[bo + channel]);
            int at = wo + channel * d.taps.length;
            int t = 0;
            for (; t + 3 < d.taps.length; t += 4) {
              addFour(weight, at + t, phases, d.taps, t, sum, d.length);
            }
            for (; t < d.taps.length; t++) {
              addScaled(weight[at + t], phases, d.taps[t], sum, 0, d.length);
            }
            int to = yo + (task * d.multiplier + m) * d.out[0] * d.out[1];
            for (int r = 0; r < d.out[0]; r++) {
              System.arraycopy(sum, r * d.pitch, y, to + r * d.out[1], d.out[1]);
            }
          }
        });
  }

  static void inputGrad(
      ConvSpec spec, float[] weight, int wo, float[] dy, int dyo, float[] dx, int dxo) {
    var d = new Depthwise(spec);
    Team.run(
        d.images * d.channels,
        task -> {
          float[] phases = d.phases();
          for (int m = 0; m < d.multiplier; m++) {
            int channel = task % d.channels * d.multiplier + m;
            float[] spread = d.spread(dy, dyo + (task * d.multiplier + m) * d.out[0] * d.out[1]);
            for (int t = 0; t < d.taps.length; t++) {
              float scale = weight[wo + channel * d.taps.length + t];
              addScaled(scale, spread, 0, phases, d.taps[t], d.length);
            }
          }
          d.join(phases, dx, dxo + task * d.in[0] * d.in[1]);
        });
  }

  static void weightGrad(
      ConvSpec spec, float[] x, int xo, float[] dy, int dyo, float[] dw, int dwo) {
    var d = new Depthwise(spec);
    Team.run(
        d.channels,
        channel -> {
          Simd simd = Simd.get();
          double[] sums = new double[d.multiplier * d.taps.length];
          for (int n = 0; n < d.images; n++) {
            int plane = n * d.channels + channel;
            float[] phases = d.phases();
            d.split(x, xo + plane * d.in[0] * d.in[1], phases);
            for (int m = 0; m < d.multiplier; m++) {
              float[] spread = d.spread(dy, dyo + (plane * d.multiplier + m) * d.out[0] * d.out[1]);
              for (int t = 0; t < d.taps.length; t++) {
                sums[m * d.taps.length + t] +=
                    simd.sumOfProducts(phases, d.taps[t], 0, spread, 0, d.length);
              }
            }
          }
          for (int i = 0; i < sums.length; i++) {
            dw[dwo + channel * sums.length + i] = (float) sums[i];
          }
        });
  }

  /** All phases of a plane, zeros. */
  private float[] phases() {
    int size = stride[0] * stride[1] * phase;
    float[] phases = Scratch.floats(Scratch.PLANES, size);
    Arrays.fill(phases, 0, size, 0);
    return phases;
  }

  /** Puts a plane into its phases. */
  private void split(float[] x, int xo, float[] phases) {
    int columns = columns();
    for (int r = 0; r < in[0] && r + padding[0] < touched; r++) {
      for (int b = 0; b < Math.min(stride[1], columns); b++) {
        int to = offset(r + padding[0], b + padding[1]);
        int from = xo + r * in[1] + b;
        int count = (columns - b + stride[1] - 1) / stride[1];
        for (int j = 0; j < count; j++) {
          phases[to + j] = x[from + j * stride[1]];
        }
      }
    }
  }

  /** The adjoint of {@link #split}; what no tap touches is zero. */
  private void join(float[] phases, float[] x, int xo) {
    int columns = columns();
    Arrays.fill(x, xo, xo + in[0] * in[1], 0);
    for (int r = 0; r < in[0] && r + padding[0] < touched; r++) {
      for (int b = 0; b < Math.min(stride[1], columns); b++) {
        int from = offset(r + padding[0], b + padding[1]);
        int to = xo + r * in[1] + b;
        int count = (columns - b + stride[1] - 1) / stride[1];
        for (int j = 0; j < count; j++) {
          x[to + j * stride[1]] = phases[from + j];
        }
      }
    }
  }

  /** The columns of the input that taps touch. */
  private int columns() {
    return Math.max(0, Math.min(in[1], pitch * stride[1] - padding[1]));
  }

  /** A plane of dy, its rows a pitch apart. */
  private float[] spread(float[] dy, int dyo) {
    float[] spread = Scratch.floats(Scratch.RESULT, length);
    Arrays.fill(spread, 0, length, 0);
    for (int r = 0; r < out[0]; r++) {
      System.arraycopy(dy, dyo + r * out[1], spread, r * pitch, out[1]);
    }
    return spread;
  }

  /** {@code y += scale x}. */
  private static void addScaled(float scale, float[] x, int xo, float[] y, int yo, int n) {
    for (int i = 0; i < n; i++) {
      y[yo + i] = Math.fma(scale, x[xo + i], y[yo + i]);
    }
  }

  /** Four taps at once. */
  private static void addFour(
      float[] weight, int wo, float[] x, int[] taps, int t, float[] sum, int n) {
    float w0 = weight[wo];
    float w1 = weight[wo + 1];
    float w2 = weight[wo + 2];
    float w3 = weight[wo + 3];
    int t0 = taps[t];
    int t1 = taps[t + 1];
    int t2 = taps[t + 2];
    int t3 = taps[t + 3];
    for (int i = 0; i < n; i++) {
      sum[i] =
          Math.fma(
              w0,
              x[t0 + i],
              Math.fma(w1, x[t1 + i], Math.fma(w2, x[t2 + i], Math.fma(w3, x[t3 + i], sum[i]))));
    }
  }
}
