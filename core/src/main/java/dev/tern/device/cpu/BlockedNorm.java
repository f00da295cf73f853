package dev.tern.device.cpu;

import static dev.tern.device.cpu.Operands.floats;

import dev.tern.device.Data;
import dev.tern.device.NormSpec;
import org.jspecify.annotations.Nullable;

/** Batch normalisation in training of activations that are {@link Blocked}. */
final class BlockedNorm {
  private BlockedNorm() {}

  /** False, with nothing changed, where x is not blocked. */
  static boolean forward(
      NormSpec s,
      Data input,
      @Nullable Data weight,
      @Nullable Data bias,
      Data y,
      Data mean,
      Data var) {
    int n = s.batch();
    int c = s.channels();
    int positions = s.positions();
    if (!Blocked.is(input, c, positions) || !Blocked.isOwn(y)) {
      return false;
    }
    BlockKernels kernels = Blocked.kernels();
    float[] x = Blocked.elements(input);
    double[] means = new double[n * c];
    double[] squares = new double[n * c];
    Blocked.each(
        n,
        c,
        positions,
        kernels.lanes(),
        (at, image, channel) ->
            kernels.moments(positions, x, at, means, squares, image * c + channel));
    double[] centres = sums(n, c, means);
    for (int channel = 0; channel < c; channel++) {
      centres[channel] /= n;
    }
    for (int i = 0; i < n * c; i += c) {
      for (int channel = 0; channel < c; channel++) {
        double off = means[i + channel] - centres[channel];
        squares[i + channel] += off * off * positions;
      }
    }
    double[] around = sums(n, c, squares);
    float[] scales = new float[c];
    float[] shifts = new float[c];
    for (int channel = 0; channel < c; channel++) {
      double centre = centres[channel];
      double variance = around[channel] / ((double) n * positions);
      floats(mean)[mean.offset() + channel] = (float) centre;
      floats(var)[var.offset() + channel] = (float) variance;
      double scale = at(weight, channel, 1) / Math.sqrt(variance + s.eps());
      scales[channel] = (float) scale;
      shifts[channel] = (float) (at(bias, channel, 0) - centre * scale);
    }
    var scaled = new Scaled(new Blocked(x, c, positions), scales, shifts);
    new PendingNorm((CpuStorage) input.storage(), scaled).leaveIn(y);
    return true;
  }

  /** The sums over n images of a number a channel. */
  private static double[] sums(int n, int c, double[] numbers) {
    double[] sums = new double[c];
    for (int i = 0; i < n * c; i += c) {
      for (int channel = 0; channel < c; channel++) {
        sums[channel] += numbers[i + channel];
      }
    }
    return sums;
  }

  private static float at(@Nullable Data numbers, int channel, float none) {
    return numbers == null ? none : floats(numbers)[numbers.offset() + channel];
  }

  /** dx = weight / √(var + eps) (dy - mean(dy) - x̂ mean(dy x̂)). */
  static boolean grad(
      NormSpec s,
      Data input,
      @Nullable Data weight,
      Data mean,
      Data var,
      Data gradient,
      Data dx,
      Data dweight,
      Data dbias) {
    int n = s.batch();
    int c = s.channels();
    int positions = s.positions();
    if (!Blocked.is(input, c, positions) || !Blocked.isWhole(gradient) || !Blocked.isOwn(dx)) {
      return false;
    }
    BlockKernels kernels = Blocked.kernels();
    float[] x = Blocked.elements(input);
    RectifiedGrad pending = RectifiedGrad.of(gradient, input);
    float[] dy = pending == null ? Blocked.read(gradient, c, positions) : pending.dy();
    float[] scales = pending == null ? new float[c] : pending.rectified().scales();
    float[] shifts = pending == null ? new float[c] : pending.rectified().shifts();
    float floor = pending == null ? Float.NaN : 0;
    float[] centers = floats(mean);
    int mo = mean.offset();
    double count = (double) n * positions;
    double[] sums = new double[n * c];
    double[] products = new double[n * c];
    Blocked.each(
        n,
        c,
        positions,
        kernels.lanes(),
        (at, image, channel) ->
            kernels.gradSums(
                positions,
                x,
                at,
                centers,
                mo + channel,
                dy,
                at,
                scales,
                shifts,
                channel,
                floor,
                sums,
                products,
                image * c + channel));
    int lanes = kernels.lanes();
    double[] sum = sums(n, c, sums);
    double[] product = sums(n, c, products);
    float[] factors = new float[3 * c];
    for (int channel = 0; channel < c; channel++) {
      double inverse = 1 / Math.sqrt(at(var, channel, 0) + s.eps());
      floats(dweight)[dweight.offset() + channel] = (float) (product[channel] * inverse);
      floats(dbias)[dbias.offset() + channel] = (float) sum[channel];
      int at = 3 * (channel / lanes * lanes) + channel % lanes;
      factors[at] = (float) (sum[channel] / count);
      factors[at + lanes] = (float) (-product[channel] * inverse * inverse / count);
      factors[at + 2 * lanes] = (float) (at(weight, channel, 1) * inverse);
    }
    float[] to = target(pending, gradient, dx, c, positions);
    Blocked.each(
        n,
        c,
        positions,
        lanes,
        (at, image, channel) ->
            kernels.normGrad(
                positions,
                x,
                at,
                centers,
                mo + channel,
                dy,
                at,
                scales,
                shifts,
                channel,
                floor,
                factors,
                3 * channel,
                to,
                at));
    return true;
  }

  /** Where to write dx: over dy if that is its own. */
  private static float[] target(
      @Nullable RectifiedGrad pending, Data dy, Data dx, int channels, int positions) {
    if (pending != null && pending.own() && dy.storage() == dx.storage()) {
      ((CpuStorage) dx.storage()).replace(new Blocked(pending.dy(), channels, positions));
    }
    return Blocked.writeOwn(dx, channels, positions);
  }
}
