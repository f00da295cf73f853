package dev.tern.tests;

import static dev.tern.tests.Differentiable.drawn;
import static dev.tern.tests.Differentiable.real;
import static dev.tern.tests.Differentiable.values;

import dev.tern.Tensor;
import dev.tern.nn.EmbeddingBag;
import dev.tern.nn.EmbeddingOptions;
import dev.tern.nn.F;
import dev.tern.nn.InterpolateOptions;
import dev.tern.nn.Interpolation;
import dev.tern.shape.ConvOptions;
import dev.tern.shape.PaddingMode;
import dev.tern.shape.PoolOptions;
import java.util.Arrays;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Rows of {@link Differentiable}: convolutions, pooling, normalisation, tables, images. */
final class DifferentiableLayers {
  private DifferentiableLayers() {}

  static void addTo(Differentiable t) {
    convolutions(t);
    pools(t);
    normalization(t);
    products(t);
    images(t);
  }

  private static void convolutions(Differentiable t) {
    convolution(t, "conv1d", 1, ConvOptions.stride(2).padding(1), 1, F::conv1d);
    convolution(t, "conv2d", 2, ConvOptions.padding(1), 1, F::conv2d);
    var uneven = ConvOptions.stride(2, 1).dilation(1, 2);
    convolution(t, "conv2d stride and dilation", 2, uneven, 1, F::conv2d);
    convolution(t, "conv2d groups", 2, ConvOptions.padding(1).groups(2), 2, F::conv2d);
    convolution(t, "conv3d", 3, ConvOptions.padding(1), 1, F::conv3d);
    convolution(t, "conv3d same", 3, ConvOptions.defaults().same(), 1, F::conv3d);
    for (PaddingMode mode : PaddingMode.values()) {
      var options = ConvOptions.paddingMode(mode).padding(2, 1);
      convolution(t, "conv2d padded with " + mode, 2, options, 1, F::conv2d);
    }
    t.row(
        "conv2d one image",
        in -> F.conv2d(in[0], in[1], in[2], ConvOptions.padding(1)),
        () -> new Tensor[] {real(1, 2, 4, 3), real(2, 3, 2, 3, 3), real(3, 3)});
    convolution(t, "convTranspose1d", 1, ConvOptions.stride(2), 1, F::convTranspose1d);
    var moved = ConvOptions.stride(2).padding(1).outputPadding(1, 0);
    convolution(t, "convTranspose2d", 2, moved, 1, F::convTranspose2d);
    convolution(t, "convTranspose2d groups", 2, ConvOptions.groups(2), 2, F::convTranspose2d);
    convolution(t, "convTranspose3d", 3, ConvOptions.dilation(2), 1, F::convTranspose3d);
    var windows = ConvOptions.kernel(2, 3).stride(1, 2).padding(1);
    image(t, "unfold", x -> F.unfold(x, windows));
    t.row("fold", in -> F.fold(in[0], 4, 5, windows), () -> new Tensor[] {real(1, 1, 12, 15)});
  }

  @FunctionalInterface
  private interface Convolve {
    Tensor of(Tensor x, Tensor weight, @Nullable Tensor bias, ConvOptions options);
  }

  /** Two channels become two, in small images. */
  private static void convolution(
      Differentiable t, String name, int rank, ConvOptions options, int groups, Convolve convolve) {
    int[] image = new int[rank + 2];
    int[] kernel = new int[rank + 2];
    Arrays.fill(image, name.contains("Transpose") ? 2 : rank == 3 ? 3 : 5);
    Arrays.fill(kernel, rank == 3 ? 2 : 3);
    image[0] = 2;
    image[1] = 2;
    kernel[0] = 2;
    kernel[1] = 2 / groups;
    t.row(
        name,
        in -> convolve.of(in[0], in[1], in[2], options),
        () -> new Tensor[] {real(1, image), real(2, kernel), real(3, 2)});
  }

  private static void pools(Differentiable t) {
    var two = PoolOptions.window(2);
    var overlapping = PoolOptions.window(3).stride(2).padding(1);
    var flat = PoolOptions.window(1, 2, 2);
    image(t, "maxPool1d", x -> F.maxPool1d(x.select(0, 0), 2));
    image(t, "maxPool2d", x -> F.maxPool2d(x, 2));
    image(t, "maxPool2d overlapping", x -> F.maxPool2d(x, overlapping));
    image(t, "maxPool3d", x -> F.maxPool3d(x, flat));
    image(t, "maxPool1dWithIndices", x -> F.maxPool1dWithIndices(x.select(0, 0), two).values());
    image(t, "maxPool2dWithIndices", x -> F.maxPool2dWithIndices(x, overlapping).values());
    image(t, "maxPool3dWithIndices", x -> F.maxPool3dWithIndices(x, flat).values());
    image(t, "avgPool1d", x -> F.avgPool1d(x.select(0, 0), two));
    image(t, "avgPool2d", x -> F.avgPool2d(x, two));
    image(t, "avgPool2d overlapping", x -> F.avgPool2d(x, overlapping.countIncludePad(false)));
    image(t, "avgPool3d", x -> F.avgPool3d(x, flat));
    image(t, "lpPool1d", x -> F.lpPool1d(x.select(0, 0), 2, two));
    image(t, "lpPool2d", x -> F.lpPool2d(x, 2, two));
    image(t, "adaptiveAvgPool1d", x -> F.adaptiveAvgPool1d(x.select(0, 0), 3));
    image(t, "adaptiveAvgPool2d", x -> F.adaptiveAvgPool2d(x, 3, 2));
    image(t, "adaptiveAvgPool3d", x -> F.adaptiveAvgPool3d(x, 1, 3, 2));
    image(t, "adaptiveMaxPool1d", x -> F.adaptiveMaxPool1d(x.select(0, 0), 3).values());
    image(t, "adaptiveMaxPool2d", x -> F.adaptiveMaxPool2d(x, 3, 2).values());
    image(t, "adaptiveMaxPool3d", x -> F.adaptiveMaxPool3d(x, 1, 3, 2).values());
    t.row(
        "maxUnpool1d",
        in -> F.maxUnpool1d(in[0], in[1], two, null),
        () -> new Tensor[] {real(1, 1, 3), Tensor.from(new long[] {1, 2, 5}, 1, 3)});
    t.row(
        "maxUnpool2d",
        in -> F.maxUnpool2d(in[0], in[1], two, new int[] {2, 5}),
        () -> new Tensor[] {real(1, 1, 1, 2), Tensor.from(new long[] {6, 3}, 1, 1, 2)});
    t.row(
        "maxUnpool3d",
        in -> F.maxUnpool3d(in[0], in[1], flat, null),
        () -> new Tensor[] {real(1, 1, 2, 1, 1), Tensor.from(new long[] {3, 4}, 1, 2, 1, 1)});
  }

  private static void normalization(Differentiable t) {
    t.row(
        "batchNorm training",
        in -> F.batchNorm(in[0], null, null, in[1], in[2], true, 0.1, 1e-5),
        () -> new Tensor[] {real(1, 4, 2, 3), real(2, 2), real(3, 2)});
    t.row(
        "batchNorm plain",
        in -> F.batchNorm(in[0], null, null, null, null, true, 0.1, 1e-5),
        () -> new Tensor[] {real(1, 4, 2)});
    t.row(
        "batchNorm eval",
        in -> F.batchNorm(in[0], in[3], in[4], in[1], in[2], false, 0.1, 1e-5),
        () ->
            new Tensor[] {
              real(1, 4, 2, 3), real(2, 2), real(3, 2), values(4, 2), values(5, 2).square().add(1)
            });
    t.row(
        "instanceNorm",
        in -> F.instanceNorm(in[0], null, null, in[1], in[2], true, 0.1, 1e-5),
        () -> new Tensor[] {real(1, 2, 2, 3), real(2, 2), real(3, 2)});
    t.row(
        "groupNorm",
        in -> F.groupNorm(in[0], 2, in[1], in[2], 1e-5),
        () -> new Tensor[] {real(1, 2, 4, 3), real(2, 4), real(3, 4)});
    t.row(
        "layerNorm",
        in -> F.layerNorm(in[0], 1, in[1], in[2], 1e-5),
        () -> new Tensor[] {real(1, 3, 4), real(2, 4), real(3, 4)});
    t.row(
        "rmsNorm",
        in -> F.rmsNorm(in[0], 2, in[1], 1e-5),
        () -> new Tensor[] {real(1, 2, 3, 2), real(2, 3, 2)});
    t.cube("localResponseNorm", x -> F.localResponseNorm(x, 3, 0.4, 0.6, 1.2));
    t.cube("normalize", F::normalize);
    image(t, "dropout", x -> drawn(() -> F.dropout(x, 0.4, true)));
    image(t, "dropout1d", x -> drawn(() -> F.dropout1d(x.select(0, 0), 0.4, true)));
    image(t, "dropout2d", x -> drawn(() -> F.dropout2d(x, 0.4, true)));
    image(t, "dropout3d", x -> drawn(() -> F.dropout3d(x, 0.4, true)));
    image(t, "alphaDropout", x -> drawn(() -> F.alphaDropout(x, 0.4, true)));
    image(t, "featureAlphaDropout", x -> drawn(() -> F.featureAlphaDropout(x, 0.4, true)));
  }

  private static void products(Differentiable t) {
    t.row(
        "bilinear",
        in -> F.bilinear(in[0], in[1], in[2], in[3]),
        () -> new Tensor[] {real(1, 2, 3), real(2, 2, 2), real(3, 4, 3, 2), real(4, 4)});
    t.row(
        "scaledDotProductAttention",
        in -> F.scaledDotProductAttention(in[0], in[1], in[2], null, 0, true),
        () -> new Tensor[] {real(1, 2, 3, 2), real(2, 2, 3, 2), real(3, 2, 3, 2)});
    t.row(
        "scaledDotProductAttention masked",
        in -> F.scaledDotProductAttention(in[0], in[1], in[2], in[3], 0, false),
        () -> new Tensor[] {real(1, 3, 2), real(2, 4, 2), real(3, 4, 2), real(4, 3, 4)});
    t.row(
        "embedding",
        in -> F.embedding(in[0], in[1]),
        () -> new Tensor[] {Tensor.from(new long[] {0, 2, 2, 1}, 2, 2), real(1, 3, 2)});
    var options = EmbeddingOptions.DEFAULTS;
    for (EmbeddingBag.Mode mode : EmbeddingBag.Mode.values()) {
      t.row(
          "embeddingBag " + mode,
          in -> F.embeddingBag(in[0], in[1], in[2], mode, null, options),
          () -> new Tensor[] {Tensor.of(0L, 2, 2, 1), real(1, 3, 2), Tensor.of(0L, 3, 3)});
    }
    t.row(
        "embeddingBag weighted",
        in -> F.embeddingBag(in[0], in[1], null, EmbeddingBag.Mode.SUM, in[2], options),
        () ->
            new Tensor[] {
              Tensor.from(new long[] {0, 2, 2, 1}, 2, 2), real(1, 3, 2), real(2, 2, 2)
            });
  }

  private static void images(Differentiable t) {
    for (PaddingMode mode : PaddingMode.values()) {
      image(t, "pad " + mode, x -> F.pad(x, new int[] {2, 1, -1, 2}, mode));
    }
    image(t, "pixelShuffle", x -> F.pixelShuffle(x.reshape(1, 8, 5, 1), 2));
    image(t, "pixelUnshuffle", x -> F.pixelUnshuffle(x.narrow(3, 0, 4), 2));
    image(t, "channelShuffle", x -> F.channelShuffle(x.transpose(1, 2), 2));
    for (Interpolation mode : Interpolation.values()) {
      var options = InterpolateOptions.scale(1.7).mode(mode);
      switch (mode) {
        case LINEAR -> image(t, "interpolate linear", x -> F.interpolate(x.select(0, 0), options));
        case TRILINEAR ->
            image(t, "interpolate trilinear", x -> F.interpolate(x.unsqueeze(0), options));
        default -> image(t, "interpolate " + mode, x -> F.interpolate(x, options));
      }
    }
  }

  static void image(Differentiable t, String name, UnaryOperator<Tensor> function) {
    t.row(name, in -> function.apply(in[0]), () -> new Tensor[] {real(1, 1, 2, 4, 5)});
  }
}
