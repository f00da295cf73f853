package dev.tern;

import static dev.tern.Gradient.grad;
import static dev.tern.Gradient.gradOnto;

import dev.tern.device.ConvSpec;
import dev.tern.shape.ConvOptions;
import dev.tern.shape.PaddingMode;
import dev.tern.shape.Shape;
import dev.tern.shape.ShapeException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Convolutions (cross-correlations, as in PyTorch) over one, two and three spatial dimensions. */
public sealed interface Convolution permits Tensor {
  private Tensor self() {
    return (Tensor) this;
  }

  /**
   * {@code torch.nn.functional.conv1d}: this is {@code [N, C, L]} or {@code [C, L]}.
   *
   * @param weight {@code [K, C/groups, kernel]}
   * @param bias {@code [K]} or null
   */
  default Tensor conv1d(Tensor weight, @Nullable Tensor bias, ConvOptions options) {
    return conv("conv1d", 1, weight, bias, options);
  }

  /**
   * {@code torch.nn.functional.conv2d}: this is {@code [N, C, H, W]} or {@code [C, H, W]}.
   *
   * @param weight {@code [K, C/groups, kernel, kernel]}
   * @param bias {@code [K]} or null
   */
  default Tensor conv2d(Tensor weight, @Nullable Tensor bias, ConvOptions options) {
    return conv("conv2d", 2, weight, bias, options);
  }

  /**
   * {@code torch.nn.functional.conv3d}: this is {@code [N, C, D, H, W]} or {@code [C, D, H, W]}.
   *
   * @param weight {@code [K, C/groups, kernel, kernel, kernel]}
   * @param bias {@code [K]} or null
   */
  default Tensor conv3d(Tensor weight, @Nullable Tensor bias, ConvOptions options) {
    return conv("conv3d", 3, weight, bias, options);
  }

  private Tensor conv(
      String op, int rank, Tensor weight, @Nullable Tensor bias, ConvOptions options) {
    Tensor x = self();
    if (weight.rank() != rank + 2) {
      throw new ShapeException(
          "%s: weight %s; expected %d dimensions, [K, C/groups, *kernel]"
              .formatted(op, weight.shape(), rank + 2));
    }
    if (x.rank() == rank + 1 && x.size(0) == weight.size(1) * options.values().groupCount()) {
      Convolution batch = x.unsqueeze(0);
      return batch.conv(op, rank, weight, bias, options).squeeze(0);
    }
    Tensor.expectSame(op, x, weight);
    var spec = ConvSpec.of(op, x.shape(), weight.shape(), options);
    expectBias(op, x, weight, bias, spec.outChannels());
    if (options.values().mode() != PaddingMode.ZEROS) {
      Convolution padded = paddedAround(weight, options.values());
      var unpadded = options.values().padding(0).paddingMode(PaddingMode.ZEROS);
      return padded.conv(op, rank, weight, bias, unpadded);
    }
    Tensor y = x.empty(spec.outputShape());
    x.backend().conv(spec, x.data(), weight.data(), Tensor.dataOf(bias), y.data());
    int[] allButChannels = new int[rank + 1];
    for (int d = 1; d <= rank; d++) {
      allButChannels[d] = d + 1;
    }
    return y.from(
        op,
        grad(bias, dy -> dy.sum(allButChannels)),
        grad(weight, dy -> weightGradient(op, spec, x, dy), x),
        gradOnto(
            x,
            dy -> inputGradient(op, spec, weight, dy),
            (dy, dx) -> dy.backend().addConvInputGrad(spec, weight.data(), dy.data(), dx.data()),
            weight));
  }

  private static void expectBias(
      String op, Tensor x, Tensor weight, @Nullable Tensor bias, int channels) {
    if (bias != null) {
      Tensor.expectSame(op, x, bias);
      if (!bias.shape().equals(Shape.of(channels))) {
        throw new ShapeException(
            "%s: bias %s does not fit weight %s; expected [%d]"
                .formatted(op, bias.shape(), weight.shape(), channels));
      }
    }
  }

  /** x with what the mode puts around it; one that keeps the size puts the odd element last. */
  private Tensor paddedAround(Tensor weight, ConvOptions.Values options) {
    int rank = weight.rank() - 2;
    int[] padding = options.paddingOf(rank);
    int[] dilation = options.dilationOf(rank);
    int[] amounts = new int[2 * rank];
    for (int d = 0; d < rank; d++) {
      int all = options.isSame() ? dilation[d] * (weight.size(d + 2) - 1) : 2 * padding[d];
      amounts[2 * (rank - 1 - d)] = all / 2;
      amounts[2 * (rank - 1 - d) + 1] = all - all / 2;
    }
    return self().pad(amounts, options.mode());
  }

  /**
   * {@code torch.nn.functional.conv_transpose1d}, the adjoint of a convolution: {@code [N, C, L]}
   * or {@code [C, L]} becomes {@code [N, K, (L - 1) stride - 2 padding + dilation (kernel - 1) +
   * output padding + 1]}.
   *
   * @param weight {@code [C, K/groups, kernel]}
   * @param bias {@code [K]} or null
   */
  default Tensor convTranspose1d(Tensor weight, @Nullable Tensor bias, ConvOptions options) {
    return convTranspose("convTranspose1d", 1, weight, bias, options);
  }

  /**
   * {@code torch.nn.functional.conv_transpose2d} of {@code [N, C, H, W]} or {@code [C, H, W]}, see
   * {@link #convTranspose1d}.
   *
   * @param weight {@code [C, K/groups, kernel, kernel]}
   * @param bias {@code [K]} or null
   */
  default Tensor convTranspose2d(Tensor weight, @Nullable Tensor bias, ConvOptions options) {
    return convTranspose("convTranspose2d", 2, weight, bias, options);
  }

  /**
   * {@code torch.nn.functional.conv_transpose3d} of {@code [N, C, D, H, W]} or {@code [C, D, H,
   * W]}, see {@link #convTranspose1d}.
   *
   * @param weight {@code [C, K/groups, kernel, kernel, kernel]}
   * @param bias {@code [K]} or null
   */
  default Tensor convTranspose3d(Tensor weight, @Nullable Tensor bias, ConvOptions options) {
    return convTranspose("convTranspose3d", 3, weight, bias, options);
  }

  private Tensor convTranspose(
      String op, int rank, Tensor weight, @Nullable Tensor bias, ConvOptions options) {
    Tensor x = self();
    if (weight.rank() != rank + 2) {
      throw new ShapeException(
          "%s: weight %s; expected %d dimensions, [C, K/groups, *kernel]"
              .formatted(op, weight.shape(), rank + 2));
    }
    if (x.rank() == rank + 1) {
      Convolution batch = x.unsqueeze(0);
      return batch.convTranspose(op, rank, weight, bias, options).squeeze(0);
    }
    Tensor.expectSame(op, x, weight);
    var mirrored = ConvSpec.transposed(op, x.shape(), weight.shape(), options);
    expectBias(op, x, weight, bias, mirrored.inChannels());
    Tensor y = inputGradient(op, mirrored, weight, x);
    int[] perChannel = new int[rank + 1];
    Arrays.fill(perChannel, 1);
    perChannel[0] = mirrored.inChannels();
    return bias == null ? y : y.add(bias.view(perChannel));
  }

  // The three are linear in each argument, so each one's gradients are the other two.

  private static Tensor forward(String op, ConvSpec spec, Tensor x, Tensor weight) {
    Tensor y = x.empty(spec.outputShape());
    x.backend().conv(spec, x.data(), weight.data(), null, y.data());
    return y.from(
        op,
        grad(weight, dy -> weightGradient(op, spec, x, dy), x),
        grad(x, dy -> inputGradient(op, spec, weight, dy), weight));
  }

  private static Tensor inputGradient(String op, ConvSpec spec, Tensor weight, Tensor dy) {
    Tensor dx = dy.empty(spec.inputShape());
    dy.backend().convInputGrad(spec, weight.data(), dy.data(), dx.data());
    return dx.from(
        op + "InputGradient",
        grad(weight, ddx -> weightGradient(op, spec, ddx, dy), dy),
        grad(dy, ddx -> forward(op, spec, ddx, weight), weight));
  }

  private static Tensor weightGradient(String op, ConvSpec spec, Tensor x, Tensor dy) {
    Tensor dw = dy.empty(spec.weightShape());
    dy.backend().convWeightGrad(spec, x.data(), dy.data(), dw.data());
    return dw.from(
        op + "WeightGradient",
        grad(x, ddw -> inputGradient(op, spec, ddw, dy), dy),
        grad(dy, ddw -> forward(op, spec, x, ddw), x));
  }
}
