package dev.tern.tests;

import static dev.tern.nn.EmbeddingOptions.DEFAULTS;
import static dev.tern.shape.ConvOptions.kernel;
import static dev.tern.shape.PoolOptions.window;

import dev.tern.CrossEntropyOptions;
import dev.tern.Reductions;
import dev.tern.Tensor;
import dev.tern.nn.*;
import dev.tern.nn.Module;
import dev.tern.shape.ConvOptions;
import dev.tern.shape.PaddingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Every module with the expression that makes it in PyTorch, and with the function of {@link F}
 * that computes the same.
 */
final class ModuleTable {
  /**
   * One module.
   *
   * @param python what makes it after {@code nn.}
   * @param make what makes it here
   * @param inputs what it is called with
   * @param function its counterpart in F, null for containers
   */
  record Row(
      String python,
      Supplier<? extends Module> make,
      Supplier<Tensor[]> inputs,
      BiFunction<Module, Tensor[], Tensor> function) {
    @Override
    public String toString() {
      return python;
    }
  }

  private static final Reductions MEAN = Reductions.MEAN;

  private final List<Row> rows = new ArrayList<>();

  private ModuleTable() {}

  static List<Row> rows() {
    var table = new ModuleTable();
    table.convolutions();
    table.tables();
    table.arrangements();
    table.pools();
    table.adaptivePools();
    table.norms();
    table.dropouts();
    table.pads();
    table.activations();
    table.shrinking();
    table.losses();
    table.margins();
    return table.rows;
  }

  @SuppressWarnings("unchecked") // each row's module is what its supplier makes
  private <M extends Module> void row(
      String python,
      Supplier<M> make,
      Supplier<Tensor[]> inputs,
      BiFunction<M, Tensor[], Tensor> function) {
    rows.add(new Row(python, make, inputs, (module, in) -> function.apply((M) module, in)));
  }

  private <M extends Module> void one(
      String python, Supplier<M> make, Tensor x, BiFunction<M, Tensor, Tensor> function) {
    row(python, make, () -> new Tensor[] {x}, (module, in) -> function.apply(module, in[0]));
  }

  private void plain(
      String python, Supplier<? extends Module> make, Tensor x, Function<Tensor, Tensor> function) {
    one(python, make, x, (module, in) -> function.apply(in));
  }

  private static final Tensor VECTORS = Tensor.randn(3, 6);
  private static final Tensor SERIES = Tensor.randn(2, 4, 9);
  private static final Tensor IMAGES = Tensor.randn(2, 4, 6, 6);
  private static final Tensor VOLUMES = Tensor.randn(2, 4, 4, 4, 4);

  private void convolutions() {
    ConvOptions circular =
        kernel(3).stride(2).padding(1).dilation(2).groups(2).paddingMode(PaddingMode.CIRCULAR);
    one(
        "Conv1d(4, 6, 3, stride=2, padding=1, dilation=2, groups=2, padding_mode='circular')",
        () -> new Conv1d(4, 6, circular),
        SERIES,
        (m, x) -> F.conv1d(x, m.weight, m.bias, circular));
    ConvOptions reflect = kernel(3, 5).same().paddingMode(PaddingMode.REFLECT).bias(false);
    one(
        "Conv2d(2, 4, (3, 5), padding='same', padding_mode='reflect', bias=False)",
        () -> new Conv2d(2, 4, reflect),
        IMAGES.narrow(1, 0, 2),
        (m, x) -> F.conv2d(x, m.weight, null, reflect));
    ConvOptions replicate = kernel(3).padding(1).paddingMode(PaddingMode.REPLICATE);
    one(
        "Conv2d(2, 3, 3, padding=1, padding_mode='replicate')",
        () -> new Conv2d(2, 3, replicate),
        IMAGES.narrow(1, 0, 2),
        (m, x) -> F.conv2d(x, m.weight, m.bias, replicate));
    one(
        "Conv3d(1, 2, 2)",
        () -> new Conv3d(1, 2, 2),
        VOLUMES.narrow(1, 0, 1),
        (m, x) -> F.conv3d(x, m.weight, m.bias, ConvOptions.defaults()));
    ConvOptions odd = kernel(3).stride(2).padding(1).outputPadding(1).groups(2);
    one(
        "ConvTranspose1d(4, 6, 3, stride=2, padding=1, output_padding=1, groups=2)",
        () -> new ConvTranspose1d(4, 6, odd),
        SERIES,
        (m, x) -> F.convTranspose1d(x, m.weight, m.bias, odd));
    ConvOptions dilated = kernel(2, 3).dilation(2).bias(false);
    one(
        "ConvTranspose2d(3, 5, (2, 3), dilation=2, bias=False)",
        () -> new ConvTranspose2d(3, 5, dilated),
        IMAGES.narrow(1, 0, 3),
        (m, x) -> F.convTranspose2d(x, m.weight, null, dilated));
    ConvOptions strided = kernel(2).stride(1, 2, 2);
    one(
        "ConvTranspose3d(2, 2, 2, stride=(1, 2, 2))",
        () -> new ConvTranspose3d(2, 2, strided),
        VOLUMES.narrow(1, 0, 2),
        (m, x) -> F.convTranspose3d(x, m.weight, m.bias, strided));
    one(
        "Linear(3, 4)",
        () -> new Linear(3, 4),
        VECTORS.narrow(1, 0, 3),
        (m, x) -> F.linear(x, m.weight, m.bias));
    row(
        "Bilinear(3, 2, 4)",
        () -> new Bilinear(3, 2, 4),
        () -> new Tensor[] {VECTORS.narrow(1, 0, 3), VECTORS.narrow(1, 3, 2)},
        (m, in) -> F.bilinear(in[0], in[1], m.weight, m.bias));
    row(
        "Bilinear(3, 2, 4, bias=False)",
        () -> new Bilinear(3, 2, 4, false),
        () -> new Tensor[] {VECTORS.narrow(1, 0, 3), VECTORS.narrow(1, 3, 2)},
        (m, in) -> F.bilinear(in[0], in[1], m.weight, null));
  }

  private void tables() {
    Tensor index = Tensor.from(new long[] {0, 4, 1, 1, 2, 3}, 2, 3);
    EmbeddingOptions held = DEFAULTS.paddingIdx(1).maxNorm(1.5);
    one(
        "Embedding(5, 3, padding_idx=1, max_norm=1.5)",
        () -> new Embedding(5, 3, held),
        index,
        (m, x) -> F.embedding(x, m.weight, held));
    one("Embedding(5, 3)", () -> new Embedding(5, 3), index, (m, x) -> F.embedding(x, m.weight));
    bag("EmbeddingBag(5, 3, mode='max')", EmbeddingBag.Mode.MAX, DEFAULTS, index);
    bag(
        "EmbeddingBag(5, 3, mode='sum', padding_idx=2)",
        EmbeddingBag.Mode.SUM,
        DEFAULTS.paddingIdx(2),
        index);
    bag("EmbeddingBag(5, 3)", EmbeddingBag.Mode.MEAN, DEFAULTS, index);
  }

  private void bag(String python, EmbeddingBag.Mode mode, EmbeddingOptions options, Tensor index) {
    one(
        python,
        () -> new EmbeddingBag(5, 3, mode, options),
        index,
        (m, x) -> F.embeddingBag(x, m.weight, null, mode, null, options));
  }

  private void arrangements() {
    plain("Flatten(0, 1)", () -> new Flatten(0, 1), IMAGES, x -> F.flatten(x, 0, 1));
    plain(
        "Unflatten(1, (2, 3))",
        () -> new Unflatten(1, 2, 3),
        VECTORS,
        x -> F.unflatten(x, 1, 2, 3));
    ConvOptions windows = kernel(3).padding(1).stride(2);
    plain(
        "Unfold(3, dilation=1, padding=1, stride=2)",
        () -> new Unfold(windows),
        IMAGES,
        x -> F.unfold(x, windows));
    plain(
        "Fold((4, 5), kernel_size=(2, 2))",
        () -> new Fold(4, 5, kernel(2, 2)),
        Tensor.randn(2, 8, 12),
        x -> F.fold(x, 4, 5, kernel(2, 2)));
    plain("PixelShuffle(2)", () -> new PixelShuffle(2), IMAGES, x -> F.pixelShuffle(x, 2));
    plain("PixelUnshuffle(2)", () -> new PixelUnshuffle(2), IMAGES, x -> F.pixelUnshuffle(x, 2));
    plain("ChannelShuffle(2)", () -> new ChannelShuffle(2), IMAGES, x -> F.channelShuffle(x, 2));
    InterpolateOptions twice = InterpolateOptions.scale(2);
    plain(
        "Upsample(scale_factor=2, mode='nearest')",
        () -> new Upsample(twice),
        SERIES,
        x -> F.interpolate(x, twice));
    InterpolateOptions smooth =
        InterpolateOptions.size(4, 6).mode(Interpolation.BILINEAR).alignCorners(true);
    plain(
        "Upsample(size=(4, 6), mode='bilinear', align_corners=True)",
        () -> new Upsample(smooth),
        IMAGES,
        x -> F.interpolate(x, smooth));
  }

  private void pools() {
    var wide = window(3).stride(2);
    plain("MaxPool1d(3, stride=2)", () -> new MaxPool1d(wide), SERIES, x -> F.maxPool1d(x, wide));
    var ceil = window(2, 3).padding(1).ceilMode(true);
    plain(
        "MaxPool2d((2, 3), padding=1, ceil_mode=True)",
        () -> new MaxPool2d(ceil),
        IMAGES,
        x -> F.maxPool2d(x, ceil));
    plain("MaxPool3d(2)", () -> new MaxPool3d(2), VOLUMES, x -> F.maxPool3d(x, 2));
    var two = window(2);
    row(
        "MaxUnpool1d(2)",
        () -> new MaxUnpool1d(2),
        () -> found(F.maxPool1dWithIndices(SERIES, two)),
        (m, in) -> F.maxUnpool1d(in[0], in[1], two, null));
    var uneven = window(2, 3).stride(2);
    row(
        "MaxUnpool2d((2, 3), stride=2)",
        () -> new MaxUnpool2d(uneven),
        () -> found(F.maxPool2dWithIndices(IMAGES.narrow(3, 0, 5), uneven)),
        (m, in) -> F.maxUnpool2d(in[0], in[1], uneven, null));
    var padded = window(2).padding(1);
    row(
        "MaxUnpool3d(2, padding=1)",
        () -> new MaxUnpool3d(padded),
        () -> found(F.maxPool3dWithIndices(VOLUMES, padded)),
        (m, in) -> F.maxUnpool3d(in[0], in[1], padded, null));
    plain("AvgPool1d(2)", () -> new AvgPool1d(2), SERIES, x -> F.avgPool1d(x, 2));
    var average = window(3).stride(2).padding(1);
    plain(
        "AvgPool2d(3, stride=2, padding=1)",
        () -> new AvgPool2d(average),
        IMAGES,
        x -> F.avgPool2d(x, average));
    plain("AvgPool3d(2)", () -> new AvgPool3d(2), VOLUMES, x -> F.avgPool3d(x, 2));
    plain(
        "LPPool1d(2, 3, stride=2)",
        () -> new LPPool1d(2, wide),
        SERIES,
        x -> F.lpPool1d(x, 2, wide));
    var lp = window(2, 3).ceilMode(true);
    plain(
        "LPPool2d(1.2, (2, 3), ceil_mode=True)",
        () -> new LPPool2d(1.2, lp),
        IMAGES.abs(),
        x -> F.lpPool2d(x, 1.2, lp));
  }

  private static Tensor[] found(dev.tern.ValuesIndices both) {
    return new Tensor[] {both.values(), both.indices()};
  }

  private void adaptivePools() {
    int keep = AdaptiveAvgPool2d.KEEP;
    plain(
        "AdaptiveAvgPool1d(2)",
        () -> new AdaptiveAvgPool1d(2),
        SERIES,
        x -> F.adaptiveAvgPool1d(x, 2));
    plain(
        "AdaptiveAvgPool2d((2, None))",
        () -> new AdaptiveAvgPool2d(2, keep),
        IMAGES,
        x -> F.adaptiveAvgPool2d(x, 2, keep));
    plain(
        "AdaptiveAvgPool3d(1)",
        () -> new AdaptiveAvgPool3d(1),
        VOLUMES,
        x -> F.adaptiveAvgPool3d(x, 1));
    plain(
        "AdaptiveMaxPool1d(2)",
        () -> new AdaptiveMaxPool1d(2),
        SERIES,
        x -> F.adaptiveMaxPool1d(x, 2).values());
    plain(
        "AdaptiveMaxPool2d((2, 3))",
        () -> new AdaptiveMaxPool2d(2, 3),
        IMAGES,
        x -> F.adaptiveMaxPool2d(x, 2, 3).values());
    plain(
        "AdaptiveMaxPool3d(1)",
        () -> new AdaptiveMaxPool3d(1),
        VOLUMES,
        x -> F.adaptiveMaxPool3d(x, 1).values());
  }

  private void norms() {
    one(
        "BatchNorm1d(4)",
        () -> new BatchNorm1d(4),
        SERIES,
        (m, x) -> F.batchNorm(x, null, null, m.weight, m.bias, true, 0.1, 1e-5));
    one(
        "BatchNorm2d(4, eps=0.001, momentum=None)",
        () -> new BatchNorm2d(4, NormOptions.eps(1e-3).cumulative()),
        IMAGES,
        (m, x) -> F.batchNorm(x, null, null, m.weight, m.bias, true, 0, 1e-3));
    one(
        "BatchNorm3d(4, affine=False, track_running_stats=False)",
        () -> new BatchNorm3d(4, NormOptions.DEFAULTS.affine(false).trackRunningStats(false)),
        VOLUMES,
        (m, x) -> F.batchNorm(x, null, null, null, null, true, 0.1, 1e-5));
    plain(
        "InstanceNorm1d(4)",
        () -> new InstanceNorm1d(4),
        SERIES,
        x -> F.instanceNorm(x, null, null, null, null, true, 0.1, 1e-5));
    one(
        "InstanceNorm2d(4, affine=True, track_running_stats=True)",
        () -> new InstanceNorm2d(4, NormOptions.DEFAULTS),
        IMAGES,
        (m, x) -> F.instanceNorm(x, null, null, m.weight, m.bias, true, 0.1, 1e-5));
    plain(
        "InstanceNorm3d(4, eps=0.001)",
        () -> new InstanceNorm3d(4, NormOptions.eps(1e-3).affine(false).trackRunningStats(false)),
        VOLUMES,
        x -> F.instanceNorm(x, null, null, null, null, true, 0.1, 1e-3));
    one(
        "GroupNorm(2, 4)",
        () -> new GroupNorm(2, 4),
        IMAGES,
        (m, x) -> F.groupNorm(x, 2, m.weight, m.bias, 1e-5));
    plain(
        "GroupNorm(2, 4, affine=False)",
        () -> new GroupNorm(2, 4, 1e-5, false),
        IMAGES,
        x -> F.groupNorm(x, 2, null, null, 1e-5));
    one(
        "LayerNorm(4)",
        () -> new LayerNorm(4),
        VOLUMES,
        (m, x) -> F.layerNorm(x, 1, m.weight, m.bias, 1e-5));
    plain(
        "LayerNorm((3, 4), eps=0.001, elementwise_affine=False)",
        () -> new LayerNorm(new int[] {3, 4}, 1e-3, false),
        Tensor.randn(2, 3, 4),
        x -> F.layerNorm(x, 2, null, null, 1e-3));
    one(
        "RMSNorm(6)",
        () -> new RMSNorm(6),
        VECTORS,
        (m, x) -> F.rmsNorm(x, 1, m.weight, Math.ulp(1f)));
    plain(
        "LocalResponseNorm(2)",
        () -> new LocalResponseNorm(2),
        IMAGES,
        x -> F.localResponseNorm(x, 2, 1e-4, 0.75, 1));
  }

  private void dropouts() {
    plain("Dropout(0.3)", () -> new Dropout(0.3), VECTORS, x -> F.dropout(x, 0.3, true));
    plain("Dropout1d(0.3)", () -> new Dropout1d(0.3), SERIES, x -> F.dropout1d(x, 0.3, true));
    plain("Dropout2d(0.3)", () -> new Dropout2d(0.3), IMAGES, x -> F.dropout2d(x, 0.3, true));
    plain("Dropout3d(0.3)", () -> new Dropout3d(0.3), VOLUMES, x -> F.dropout3d(x, 0.3, true));
    plain(
        "AlphaDropout(0.3)",
        () -> new AlphaDropout(0.3),
        VECTORS,
        x -> F.alphaDropout(x, 0.3, true));
    plain(
        "FeatureAlphaDropout(0.3)",
        () -> new FeatureAlphaDropout(0.3),
        SERIES,
        x -> F.featureAlphaDropout(x, 0.3, true));
  }

  private void pads() {
    int[] around = {1, 2, 0, 1};
    int[] two = {2, 2};
    int[] all = {1, 1, 1, 1, 1, 1};
    plain(
        "ConstantPad1d(2, 3.5)", () -> new ConstantPad1d(3.5, 2), SERIES, x -> F.pad(x, two, 3.5));
    plain(
        "ConstantPad2d((1, 2, 0, 1), 0.0)",
        () -> new ConstantPad2d(0, around),
        IMAGES,
        x -> F.pad(x, around, 0));
    plain("ConstantPad3d(1, 2.0)", () -> new ConstantPad3d(2, 1), VOLUMES, x -> F.pad(x, all, 2));
    plain("ZeroPad1d(2)", () -> new ZeroPad1d(2), SERIES, x -> F.pad(x, two, 0));
    plain("ZeroPad2d(2)", () -> new ZeroPad2d(2), IMAGES, x -> F.pad(x, new int[] {2, 2, 2, 2}, 0));
    plain("ZeroPad3d(1)", () -> new ZeroPad3d(1), VOLUMES, x -> F.pad(x, all, 0));
    pads("Reflection", ReflectionPad1d::new, ReflectionPad2d::new, ReflectionPad3d::new);
    pads("Replication", ReplicationPad1d::new, ReplicationPad2d::new, ReplicationPad3d::new);
    pads("Circular", CircularPad1d::new, CircularPad2d::new, CircularPad3d::new);
  }

  private void pads(
      String name,
      Function<int[], Module> one,
      Function<int[], Module> two,
      Function<int[], Module> three) {
    PaddingMode mode =
        switch (name) {
          case "Reflection" -> PaddingMode.REFLECT;
          case "Replication" -> PaddingMode.REPLICATE;
          default -> PaddingMode.CIRCULAR;
        };
    int[] around = {1, 2, 0, 1};
    plain(
        name + "Pad1d(2)",
        () -> one.apply(new int[] {2}),
        SERIES,
        x -> F.pad(x, new int[] {2, 2}, mode));
    plain(
        name + "Pad2d((1, 2, 0, 1))", () -> two.apply(around), IMAGES, x -> F.pad(x, around, mode));
    plain(
        name + "Pad3d(1)",
        () -> three.apply(new int[] {1}),
        VOLUMES,
        x -> F.pad(x, new int[] {1, 1, 1, 1, 1, 1}, mode));
  }

  private void activations() {
    plain(
        "Threshold(0.1, 20.0)",
        () -> new Threshold(0.1, 20),
        VECTORS,
        x -> F.threshold(x, 0.1, 20));
    plain("ReLU()", ReLU::new, VECTORS, F::relu);
    plain("ReLU6()", ReLU6::new, VECTORS.mul(5), F::relu6);
    plain("RReLU(0.1, 0.3)", () -> new RReLU(0.1, 0.3), VECTORS, x -> F.rrelu(x, 0.1, 0.3, true));
    plain("ELU(0.7)", () -> new ELU(0.7), VECTORS, x -> F.elu(x, 0.7));
    plain("SELU()", SELU::new, VECTORS, F::selu);
    plain("CELU(0.5)", () -> new CELU(0.5), VECTORS, x -> F.celu(x, 0.5));
    plain("GELU()", GELU::new, VECTORS, F::gelu);
    plain(
        "GELU(approximate='tanh')",
        () -> new GELU(GELU.Approximate.TANH),
        VECTORS,
        x -> F.gelu(x, GELU.Approximate.TANH));
    plain("GLU(-1)", GLU::new, VECTORS, x -> F.glu(x, -1));
    one("PReLU()", PReLU::new, VECTORS, (m, x) -> F.prelu(x, m.weight));
    one(
        "PReLU(3, init=0.1)",
        () -> new PReLU(3, 0.1),
        IMAGES.narrow(1, 0, 3),
        (m, x) -> F.prelu(x, m.weight));
    plain("LeakyReLU(0.2)", () -> new LeakyReLU(0.2), VECTORS, x -> F.leakyRelu(x, 0.2));
    plain("Softplus(2, 10)", () -> new Softplus(2, 10), VECTORS.mul(4), x -> F.softplus(x, 2, 10));
    plain("LogSigmoid()", LogSigmoid::new, VECTORS, F::logSigmoid);
    plain("Sigmoid()", Sigmoid::new, VECTORS, F::sigmoid);
    plain("Tanh()", Tanh::new, VECTORS, F::tanh);
    plain("SiLU()", SiLU::new, VECTORS, F::silu);
    plain("Mish()", Mish::new, VECTORS, F::mish);
    plain("Softmin(dim=1)", () -> new Softmin(1), VECTORS, x -> F.softmin(x, 1));
    plain("Softmax(dim=1)", () -> new Softmax(1), VECTORS, x -> F.softmax(x, 1));
    plain("Softmax2d()", Softmax2d::new, IMAGES, x -> F.softmax(x, 1));
    plain("LogSoftmax(dim=1)", () -> new LogSoftmax(1), VECTORS, x -> F.logSoftmax(x, 1));
  }

  private void shrinking() {
    plain("Hardtanh(-2.0, 0.5)", () -> new Hardtanh(-2, 0.5), VECTORS, x -> F.hardtanh(x, -2, 0.5));
    plain("Hardshrink(0.4)", () -> new Hardshrink(0.4), VECTORS, x -> F.hardshrink(x, 0.4));
    plain("Softshrink(0.4)", () -> new Softshrink(0.4), VECTORS, x -> F.softshrink(x, 0.4));
    plain("Hardsigmoid()", Hardsigmoid::new, VECTORS.mul(4), F::hardsigmoid);
    plain("Hardswish()", Hardswish::new, VECTORS.mul(4), F::hardswish);
    plain("Tanhshrink()", Tanhshrink::new, VECTORS, F::tanhshrink);
    plain("Softsign()", Softsign::new, VECTORS, F::softsign);
  }

  private void two(
      String python, Supplier<? extends PairModule> make, Tensor target, OfTwo function) {
    row(
        python,
        make::get,
        () -> new Tensor[] {VECTORS, target},
        (m, in) -> function.of(in[0], in[1]));
  }

  @FunctionalInterface
  private interface OfTwo {
    Tensor of(Tensor x, Tensor y);
  }

  private void losses() {
    Tensor other = Tensor.randn(3, 6);
    Tensor shares = Tensor.rand(3, 6);
    Tensor classes = Tensor.of(2L, 0, 5);
    Tensor weight = Tensor.ones(6);
    var weighted = CrossEntropyOptions.DEFAULTS.weight(weight);
    two("CrossEntropyLoss()", CrossEntropyLoss::new, classes, F::crossEntropy);
    two(
        "CrossEntropyLoss(weight=torch.ones(6))",
        () -> new CrossEntropyLoss(weighted),
        classes,
        (x, t) -> F.crossEntropy(x, t, weighted));
    two("NLLLoss()", NLLLoss::new, classes, F::nllLoss);
    row(
        "BCELoss()",
        BCELoss::new,
        () -> new Tensor[] {shares, shares.square()},
        (m, in) -> F.binaryCrossEntropy(in[0], in[1], null, MEAN));
    two(
        "BCEWithLogitsLoss()",
        BCEWithLogitsLoss::new,
        shares,
        (x, t) -> F.binaryCrossEntropyWithLogits(x, t, null, null, MEAN));
    two("KLDivLoss()", KLDivLoss::new, shares, (x, t) -> F.klDiv(x, t, MEAN, false));
    two("MSELoss()", MSELoss::new, other, F::mseLoss);
    two("L1Loss()", L1Loss::new, other, F::l1Loss);
    two("SmoothL1Loss()", SmoothL1Loss::new, other, (x, t) -> F.smoothL1Loss(x, t, MEAN, 1));
    two("HuberLoss()", HuberLoss::new, other, (x, t) -> F.huberLoss(x, t, MEAN, 1));
    two(
        "PoissonNLLLoss()",
        PoissonNLLLoss::new,
        shares,
        (x, t) -> F.poissonNLLLoss(x, t, true, false, 1e-8, MEAN));
    row(
        "GaussianNLLLoss()",
        GaussianNLLLoss::new,
        () -> new Tensor[] {VECTORS, other, shares},
        (m, in) -> F.gaussianNLLLoss(in[0], in[1], in[2], false, 1e-6, MEAN));
    row(
        "CTCLoss()",
        CTCLoss::new,
        () ->
            new Tensor[] {
              Tensor.randn(5, 2, 4).logSoftmax(2),
              Tensor.from(new long[] {1, 2, 3, 3}, 2, 2),
              Tensor.of(5L, 5),
              Tensor.of(2L, 2)
            },
        (m, in) -> F.ctcLoss(in[0], in[1], in[2], in[3], 0, MEAN, false));
    two(
        "CosineSimilarity(dim=2)",
        () -> new CosineSimilarity(1, 1e-8),
        other,
        (x, y) -> F.cosineSimilarity(x, y, 1, 1e-8));
    two(
        "PairwiseDistance(p=1.0)",
        () -> new PairwiseDistance(1, 1e-6, false),
        other,
        (x, y) -> F.pairwiseDistance(x, y, 1, 1e-6, false));
  }

  private void margins() {
    Tensor signs = Tensor.randn(3, 6).sign();
    Tensor row = Tensor.of(1f, -1f, 1f);
    Tensor other = Tensor.randn(3, 6);
    Tensor third = Tensor.randn(3, 6);
    two("SoftMarginLoss()", SoftMarginLoss::new, signs, (x, t) -> F.softMarginLoss(x, t, MEAN));
    two(
        "MultiMarginLoss()",
        MultiMarginLoss::new,
        Tensor.of(2L, 0, 5),
        (x, t) -> F.multiMarginLoss(x, t, 1, 1, null, MEAN));
    two(
        "MultiLabelMarginLoss()",
        MultiLabelMarginLoss::new,
        Tensor.arange(18).reshape(3, 6).remainder(Tensor.of(6L)),
        (x, t) -> F.multilabelMarginLoss(x, t, MEAN));
    two(
        "MultiLabelSoftMarginLoss()",
        MultiLabelSoftMarginLoss::new,
        signs.relu(),
        (x, t) -> F.multilabelSoftMarginLoss(x, t, null, MEAN));
    two(
        "HingeEmbeddingLoss()",
        HingeEmbeddingLoss::new,
        signs,
        (x, t) -> F.hingeEmbeddingLoss(x, t, 1, MEAN));
    row(
        "MarginRankingLoss()",
        MarginRankingLoss::new,
        () -> new Tensor[] {VECTORS, other, signs},
        (m, in) -> F.marginRankingLoss(in[0], in[1], in[2], 0, MEAN));
    row(
        "CosineEmbeddingLoss()",
        CosineEmbeddingLoss::new,
        () -> new Tensor[] {VECTORS, other, row},
        (m, in) -> F.cosineEmbeddingLoss(in[0], in[1], in[2], 0, MEAN));
    row(
        "TripletMarginLoss()",
        TripletMarginLoss::new,
        () -> new Tensor[] {VECTORS, other, third},
        (m, in) -> F.tripletMarginLoss(in[0], in[1], in[2], 1, 2, 1e-6, false, MEAN));
  }
}
