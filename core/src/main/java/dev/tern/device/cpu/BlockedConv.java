package dev.tern.device.cpu;

import static dev.tern.device.cpu.Operands.floats;
import static dev.tern.device.cpu.Operands.floatsOf;

import dev.tern.device.ConvSpec;
import dev.tern.device.Data;
import org.jspecify.annotations.Nullable;

/**
 * 3x3 convolutions by {@link Winograd} that read and write {@link Blocked} activations. Every
 * method returns false, having changed nothing, where channels do not fill whole vectors or an
 * operand is part of a storage.
 */
final class BlockedConv {
  private BlockedConv() {}

  static boolean forward(ConvSpec s, Data x, Data weight, @Nullable Data bias, Data y) {
    WinogradKernels kernels = kernels(s, x, y);
    if (kernels == null) {
      return false;
    }
    int positions = s.in()[0] * s.in()[1];
    float[] in = Blocked.read(x, s.inChannels(), positions);
    float[] out = Blocked.write(y, s.outChannels(), positions);
    if (out == null) {
      return false;
    }
    int c = s.inChannels();
    int k = s.outChannels();
    float[] biases = Winograd.bias(kernels, k, floatsOf(bias), bias == null ? 0 : bias.offset());
    WinogradWeight.with(
        kernels, c, k, weight, false, u -> run(kernels, s, c, k, in, u, biases, out, false));
    return true;
  }

  static boolean inputGrad(ConvSpec s, Data weight, Data dy, Data dx) {
    WinogradKernels kernels = kernels(s, dx, dy);
    if (kernels == null) {
      return false;
    }
    inputGrad(kernels, s, weight, dy, dx, false);
    return true;
  }

  /** Adds to dx; blocks of tiles have to be whole images for that. */
  static boolean addInputGrad(ConvSpec s, Data weight, Data dy, Data dx) {
    WinogradKernels kernels = kernels(s, dx, dy);
    if (kernels == null || !Winograd.takesImages(s.in()[0], s.in()[1])) {
      return false;
    }
    Blocked.read(dx, s.inChannels(), s.in()[0] * s.in()[1]);
    inputGrad(kernels, s, weight, dy, dx, true);
    return true;
  }

  private static void inputGrad(
      WinogradKernels kernels, ConvSpec s, Data weight, Data dy, Data dx, boolean add) {
    int positions = s.in()[0] * s.in()[1];
    int c = s.inChannels();
    int k = s.outChannels();
    float[] gradient = Blocked.read(dy, k, positions);
    float[] out = Blocked.writeOwn(dx, c, positions);
    float[] noBias = Winograd.bias(kernels, c, null, 0);
    WinogradWeight.with(
        kernels, c, k, weight, true, u -> run(kernels, s, k, c, gradient, u, noBias, out, add));
  }

  private static void run(
      WinogradKernels kernels,
      ConvSpec s,
      int in,
      int out,
      float[] x,
      float[] u,
      float[] bias,
      float[] y,
      boolean add) {
    int h = s.in()[0];
    int w = s.in()[1];
    Winograd.convolveBlocks(kernels, s.batch(), in, h, w, out, x, u, bias, y, add);
  }

  static boolean weightGrad(ConvSpec s, Data x, Data dy, Data dweight) {
    WinogradKernels kernels = kernels(s, x, dy);
    if (kernels == null) {
      return false;
    }
    int positions = s.in()[0] * s.in()[1];
    Winograd.weightGradBlocks(
        kernels,
        s.batch(),
        s.inChannels(),
        s.in()[0],
        s.in()[1],
        s.outChannels(),
        Blocked.read(x, s.inChannels(), positions),
        Blocked.read(dy, s.outChannels(), positions),
        floats(dweight),
        dweight.offset());
    return true;
  }

  private static @Nullable WinogradKernels kernels(ConvSpec s, Data x, Data y) {
    boolean fits =
        s.isPlain3x3()
            && x.numel() > 0
            && Blocked.kernels(s.inChannels()) != null
            && Blocked.kernels(s.outChannels()) != null
            && Blocked.isOwn(x) // an array of the user's would be moved for each reader
            && Blocked.isOwn(y);
    return fits ? Winograd.kernels(s.inChannels(), s.in()[1], s.outChannels()) : null;
  }
}
