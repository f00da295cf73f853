package dev.tern.device.cpu;

import static dev.tern.device.cpu.Operands.floats;
import static dev.tern.device.cpu.Operands.floatsOf;

import dev.tern.device.ConvSpec;
import dev.tern.device.Data;
import org.jspecify.annotations.Nullable;

/**
 * Which kernel serves a FLOAT32 convolution. Every method returns false if none does: then the
 * composed one is used, a matrix product of patches.
 */
final class Convolutions {
  private Convolutions() {}

  static boolean forward(ConvSpec s, Data x, Data weight, @Nullable Data bias, Data y) {
    if (BlockedConv.forward(s, x, weight, bias, y)
        || BlockedFirstConv.forward(s, x, weight, bias, y)) {
      return true;
    }
    float[] in = floats(x);
    int xo = x.offset();
    float[] w = floats(weight);
    int wo = weight.offset();
    float[] b = floatsOf(bias);
    int bo = bias == null ? 0 : bias.offset();
    float[] out = floats(y);
    int yo = y.offset();
    if (s.isPlain3x3()) {
      Conv3x3.forward(
          planes(s, s.inChannels(), in, xo), w, wo, b, bo, planes(s, s.outChannels(), out, yo));
    } else if (Depthwise.fits(s)) {
      Depthwise.forward(s, in, xo, w, wo, b, bo, out, yo);
    } else if (Conv1x1.fits(s)) {
      Conv1x1.forward(s, in, xo, w, wo, b, bo, out, yo);
    } else {
      return false;
    }
    return true;
  }

  static boolean inputGrad(ConvSpec s, Data weight, Data dy, Data dx) {
    if (BlockedConv.inputGrad(s, weight, dy, dx)) {
      return true;
    }
    float[] w = floats(weight);
    int wo = weight.offset();
    float[] gradient = floats(dy);
    int dyo = dy.offset();
    float[] out = floats(dx);
    int dxo = dx.offset();
    if (s.isPlain3x3()) {
      Conv3x3.inputGrad(
          w, wo, planes(s, s.outChannels(), gradient, dyo), planes(s, s.inChannels(), out, dxo));
    } else if (Depthwise.fits(s)) {
      Depthwise.inputGrad(s, w, wo, gradient, dyo, out, dxo);
    } else if (Conv1x1.fits(s)) {
      Conv1x1.inputGrad(s, w, wo, gradient, dyo, out, dxo);
    } else {
      return false;
    }
    return true;
  }

  static boolean weightGrad(ConvSpec s, Data x, Data dy, Data dweight) {
    if (BlockedConv.weightGrad(s, x, dy, dweight)
        || BlockedFirstConv.weightGrad(s, x, dy, dweight)) {
      return true;
    }
    float[] in = floats(x);
    int xo = x.offset();
    float[] gradient = floats(dy);
    int dyo = dy.offset();
    float[] out = floats(dweight);
    int dwo = dweight.offset();
    if (s.isPlain3x3()) {
      Conv3x3.weightGrad(
          planes(s, s.inChannels(), in, xo), planes(s, s.outChannels(), gradient, dyo), out, dwo);
    } else if (Depthwise.fits(s)) {
      Depthwise.weightGrad(s, in, xo, gradient, dyo, out, dwo);
    } else if (Conv1x1.fits(s)) {
      Conv1x1.weightGrad(s, in, xo, gradient, dyo, out, dwo);
    } else {
      return false;
    }
    return true;
  }

  /** An operand of a convolution that keeps height and width. */
  private static Planes planes(ConvSpec s, int channels, float[] elements, int first) {
    return Planes.of(elements, first, s.batch(), channels, s.in()[0], s.in()[1]);
  }
}
