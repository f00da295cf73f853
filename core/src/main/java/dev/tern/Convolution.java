package dev.tern;

import static dev.tern.Gradient.grad;

import dev.tern.device.ConvSpec;
import dev.tern.shape.ConvOptions;
import dev.tern.shape.Shape;
import dev.tern.shape.ShapeException;
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
    if (bias != null) {
      Tensor.expectSame(op, x, bias);
      if (!bias.shape().equals(Shape.of(spec.outChannels()))) {
        throw new ShapeException(
            "%s: bias %s does not fit weight %s; expected [%d]"
                .formatted(op, bias.shape(), weight.shape(), spec.outChannels()));
      }
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
        grad(x, dy -> inputGradient(op, spec, weight, dy), weight));
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
