package dev.tern.device.cpu;

/**
 * The 9 taps of each input and output channel of a 3x3 convolution, in its weight {@code [K, C, 3,
 * 3]}.
 *
 * @param first where the first 9 are
 * @param inStep how far apart those of two input channels are
 * @param outStep likewise of two output channels
 * @param turned whether they are turned by 180°
 */
public record Taps(float[] weight, int first, int inStep, int outStep, boolean turned) {
  /** Those of the convolution of {@code c} channels. */
  static Taps forward(float[] weight, int first, int c) {
    return new Taps(weight, first, 9, 9 * c, false);
  }

  /** Those of its input's gradient, the convolution of dy with channels exchanged. */
  static Taps inputGrad(float[] weight, int first, int c) {
    return new Taps(weight, first, 9 * c, 9, true);
  }

  /** Without the first output channels. */
  Taps from(int out) {
    return new Taps(weight, first + out * outStep, inStep, outStep, turned);
  }

  /** Writes the 9 taps of two channels, {@code stride} apart. */
  public void copy(int in, int out, float[] to, int at, int stride) {
    int from = first + in * inStep + out * outStep;
    for (int tap = 0; tap < 9; tap++) {
      to[at + tap * stride] = weight[from + (turned ? 8 - tap : tap)];
    }
  }
}
