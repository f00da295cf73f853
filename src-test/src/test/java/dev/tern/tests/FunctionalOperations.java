package dev.tern.tests;

import dev.tern.CrossEntropyOptions;
import dev.tern.Reductions;
import dev.tern.Tensor;
import dev.tern.ValuesIndices;
import dev.tern.nn.AdaptiveAvgPool2d;
import dev.tern.nn.EmbeddingBag;
import dev.tern.nn.EmbeddingOptions;
import dev.tern.nn.F;
import dev.tern.nn.GELU;
import dev.tern.nn.InterpolateOptions;
import dev.tern.nn.Interpolation;
import dev.tern.shape.ConvOptions;
import dev.tern.shape.PaddingMode;
import dev.tern.shape.PoolOptions;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The operations of the suites {@code functional} and {@code layers}: layers and losses without
 * state.
 */
final class FunctionalOperations {
  static final OperationTable TABLE = new OperationTable();

  private FunctionalOperations() {}

  static {
    convolutions();
    pooling();
    normalization();
    activations();
    losses();
    margins();
    tables();
    images();
  }

  private static void convolutions() {
    TABLE.op("conv1d", (c, in) -> F.conv1d(in.x(), weight(in), bias(in), convOptions(c)));
    TABLE.op("conv2d", (c, in) -> F.conv2d(in.x(), weight(in), bias(in), convOptions(c)));
    TABLE.op("conv3d", (c, in) -> F.conv3d(in.x(), weight(in), bias(in), convOptions(c)));
    TABLE.op(
        "conv_transpose1d",
        (c, in) -> F.convTranspose1d(in.x(), weight(in), bias(in), convOptions(c)));
    TABLE.op(
        "conv_transpose2d",
        (c, in) -> F.convTranspose2d(in.x(), weight(in), bias(in), convOptions(c)));
    TABLE.op(
        "conv_transpose3d",
        (c, in) -> F.convTranspose3d(in.x(), weight(in), bias(in), convOptions(c)));
    TABLE.op("linear", (c, in) -> F.linear(in.x(), weight(in), bias(in)));
    TABLE.op("bilinear", (c, in) -> F.bilinear(in.x(), in.y(), weight(in), bias(in)));
    TABLE.op(
        "scaled_dot_product_attention",
        (c, in) ->
            F.scaledDotProductAttention(
                in.get("q"),
                in.get("k"),
                in.get("v"),
                in.orNull("attn_mask"),
                0,
                c.flag("is_causal")));
    TABLE.op("unfold", (c, in) -> F.unfold(in.x(), kernelOptions(c)));
    TABLE.op(
        "fold",
        (c, in) ->
            F.fold(in.x(), c.ints("output_size")[0], c.ints("output_size")[1], kernelOptions(c)));
  }

  private static Tensor weight(GoldenInputs in) {
    return in.get("weight");
  }

  private static @Nullable Tensor bias(GoldenInputs in) {
    return in.orNull("bias");
  }

  private static ConvOptions kernelOptions(GoldenCase c) {
    return convOptions(c).values().kernel(c.ints("kernel_size"));
  }

  @FunctionalInterface
  private interface Pool<T> {
    T of(Tensor x, PoolOptions options);
  }

  @FunctionalInterface
  private interface Resize<T> {
    T of(Tensor x, int[] size);
  }

  @FunctionalInterface
  private interface Unpool {
    Tensor of(Tensor x, Tensor indices, PoolOptions options, int @Nullable [] size);
  }

  private static void pooling() {
    maxPool("max_pool1d", F::maxPool1d, F::maxPool1dWithIndices);
    maxPool("max_pool2d", F::maxPool2d, F::maxPool2dWithIndices);
    maxPool("max_pool3d", F::maxPool3d, F::maxPool3dWithIndices);
    pool("avg_pool1d", F::avgPool1d);
    pool("avg_pool2d", F::avgPool2d);
    pool("avg_pool3d", F::avgPool3d);
    pool("lp_pool1d", (c, x, options) -> F.lpPool1d(x, c.number("norm_type"), options));
    pool("lp_pool2d", (c, x, options) -> F.lpPool2d(x, c.number("norm_type"), options));
    unpool("max_unpool1d", F::maxUnpool1d);
    unpool("max_unpool2d", F::maxUnpool2d);
    unpool("max_unpool3d", F::maxUnpool3d);
    adaptiveAvg("adaptive_avg_pool1d", (x, size) -> F.adaptiveAvgPool1d(x, size[0]));
    adaptiveAvg("adaptive_avg_pool2d", F::adaptiveAvgPool2d);
    adaptiveAvg("adaptive_avg_pool3d", F::adaptiveAvgPool3d);
    adaptiveMax("adaptive_max_pool1d", (x, size) -> F.adaptiveMaxPool1d(x, size[0]));
    adaptiveMax("adaptive_max_pool2d", F::adaptiveMaxPool2d);
    adaptiveMax("adaptive_max_pool3d", F::adaptiveMaxPool3d);
  }

  @FunctionalInterface
  private interface CasePool {
    Tensor of(GoldenCase c, Tensor x, PoolOptions options);
  }

  private static void pool(String op, Pool<Tensor> pool) {
    pool(op, (c, x, options) -> pool.of(x, options));
  }

  private static void pool(String op, CasePool pool) {
    TABLE.op(op, (c, in) -> pool.of(c, in.x(), poolOptions(c)));
  }

  private static void maxPool(String op, Pool<Tensor> plain, Pool<ValuesIndices> both) {
    TABLE.outputs(
        op,
        (c, in) ->
            c.flag("return_indices")
                ? list(both.of(in.x(), poolOptions(c)))
                : List.of(plain.of(in.x(), poolOptions(c))));
  }

  private static List<Tensor> list(ValuesIndices both) {
    return List.of(both.values(), both.indices());
  }

  private static void unpool(String op, Unpool unpool) {
    TABLE.op(
        op,
        (c, in) ->
            unpool.of(
                in.x(),
                in.get("indices"),
                poolOptions(c),
                c.has("output_size") ? c.ints("output_size") : null));
  }

  private static void adaptiveAvg(String op, Resize<Tensor> pool) {
    TABLE.op(op, (c, in) -> pool.of(in.x(), adaptiveSize(c)));
  }

  private static void adaptiveMax(String op, Resize<ValuesIndices> pool) {
    TABLE.outputs(
        op, (c, in) -> list(pool.of(in.x(), adaptiveSize(c))).subList(0, c.outputs().size()));
  }

  /** A size of null keeps the input's. */
  private static int[] adaptiveSize(GoldenCase c) {
    int[] size = c.ints("output_size");
    for (int i = 0; i < size.length; i++) {
      boolean keeps =
          c.args().get("output_size").isArray() && c.args().get("output_size").get(i).isNull();
      size[i] = keeps ? AdaptiveAvgPool2d.KEEP : size[i];
    }
    return size;
  }

  private static void normalization() {
    TABLE.outputs(
        "batch_norm",
        (c, in) -> {
          Tensor mean = in.orNull("running_mean");
          Tensor var = in.orNull("running_var");
          Tensor y =
              F.batchNorm(
                  in.x(),
                  mean,
                  var,
                  in.orNull("weight"),
                  bias(in),
                  c.flag("training"),
                  c.number("momentum", 0.1),
                  c.number("eps", 1e-5));
          return mean == null || var == null ? List.of(y) : List.of(y, mean, var);
        });
    TABLE.outputs(
        "instance_norm",
        (c, in) -> {
          Tensor mean = in.orNull("running_mean");
          Tensor var = in.orNull("running_var");
          Tensor y =
              F.instanceNorm(
                  in.x(),
                  mean,
                  var,
                  in.orNull("weight"),
                  bias(in),
                  !c.has("use_input_stats") || c.flag("use_input_stats"),
                  c.number("momentum", 0.1),
                  c.number("eps", 1e-5));
          return mean == null || var == null ? List.of(y) : List.of(y, mean, var);
        });
    TABLE.op(
        "layer_norm",
        (c, in) ->
            F.layerNorm(
                in.x(),
                c.ints("normalized_shape").length,
                in.orNull("weight"),
                bias(in),
                c.number("eps", 1e-5)));
    TABLE.op(
        "group_norm",
        (c, in) ->
            F.groupNorm(
                in.x(),
                c.integer("num_groups"),
                in.orNull("weight"),
                bias(in),
                c.number("eps", 1e-5)));
    TABLE.op(
        "local_response_norm",
        (c, in) ->
            F.localResponseNorm(
                in.x(),
                c.integer("size"),
                c.number("alpha", 1e-4),
                c.number("beta", 0.75),
                c.number("k", 1)));
    TABLE.op(
        "normalize",
        (c, in) ->
            F.normalize(in.x(), c.number("p", 2), c.integer("dim", 1), c.number("eps", 1e-12)));
    TABLE.op(
        "cosine_similarity",
        (c, in) -> F.cosineSimilarity(in.x(), in.y(), c.integer("dim", 1), c.number("eps", 1e-8)));
    TABLE.op(
        "pairwise_distance",
        (c, in) ->
            F.pairwiseDistance(
                in.x(), in.y(), c.number("p", 2), c.number("eps", 1e-6), c.flag("keepdim")));
  }

  private static void activations() {
    TABLE.op("threshold", (c, in) -> F.threshold(in.x(), c.number("threshold"), c.number("value")));
    TABLE.op("relu", (c, in) -> F.relu(in.x()));
    TABLE.op("relu6", (c, in) -> F.relu6(in.x()));
    TABLE.op("elu", (c, in) -> F.elu(in.x(), c.number("alpha", 1)));
    TABLE.op("selu", (c, in) -> F.selu(in.x()));
    TABLE.op("celu", (c, in) -> F.celu(in.x(), c.number("alpha", 1)));
    TABLE.op("leaky_relu", (c, in) -> F.leakyRelu(in.x(), c.number("negative_slope", 0.01)));
    TABLE.op(
        "hardtanh", (c, in) -> F.hardtanh(in.x(), c.number("min_val", -1), c.number("max_val", 1)));
    TABLE.op("hardswish", (c, in) -> F.hardswish(in.x()));
    TABLE.op("hardsigmoid", (c, in) -> F.hardsigmoid(in.x()));
    TABLE.op("hardshrink", (c, in) -> F.hardshrink(in.x(), c.number("lambd", 0.5)));
    TABLE.op("softshrink", (c, in) -> F.softshrink(in.x(), c.number("lambd", 0.5)));
    TABLE.op("tanhshrink", (c, in) -> F.tanhshrink(in.x()));
    TABLE.op("softsign", (c, in) -> F.softsign(in.x()));
    TABLE.op(
        "softplus", (c, in) -> F.softplus(in.x(), c.number("beta"), c.number("threshold", 20)));
    TABLE.op("logsigmoid", (c, in) -> F.logSigmoid(in.x()));
    TABLE.op("silu", (c, in) -> F.silu(in.x()));
    TABLE.op("mish", (c, in) -> F.mish(in.x()));
    TABLE.op(
        "gelu",
        (c, in) ->
            F.gelu(
                in.x(),
                GELU.Approximate.valueOf(c.text("approximate", "none").toUpperCase(Locale.ROOT))));
    TABLE.op("glu", (c, in) -> F.glu(in.x(), c.integer("dim", -1)));
    TABLE.op("softmin", (c, in) -> F.softmin(in.x(), c.integer("dim")));
    TABLE.op("softmax", (c, in) -> F.softmax(in.x(), c.integer("dim")));
    TABLE.op("log_softmax", (c, in) -> F.logSoftmax(in.x(), c.integer("dim")));
    TABLE.op("sigmoid", (c, in) -> F.sigmoid(in.x()));
    TABLE.op("tanh", (c, in) -> F.tanh(in.x()));
    TABLE.op("prelu", (c, in) -> F.prelu(in.x(), weight(in)));
    TABLE.op("rrelu", (c, in) -> F.rrelu(in.x(), c.number("lower"), c.number("upper"), false));
  }

  private static Tensor target(GoldenInputs in) {
    return in.get("target");
  }

  private static void losses() {
    TABLE.op("cross_entropy", (c, in) -> F.crossEntropy(in.x(), target(in), classOptions(c, in)));
    TABLE.op("nll_loss", (c, in) -> F.nllLoss(in.x(), target(in), classOptions(c, in)));
    TABLE.op("mse_loss", (c, in) -> F.mseLoss(in.x(), target(in), reduction(c)));
    TABLE.op("l1_loss", (c, in) -> F.l1Loss(in.x(), target(in), reduction(c)));
    TABLE.op(
        "smooth_l1_loss",
        (c, in) -> F.smoothL1Loss(in.x(), target(in), reduction(c), c.number("beta", 1)));
    TABLE.op(
        "huber_loss",
        (c, in) -> F.huberLoss(in.x(), target(in), reduction(c), c.number("delta", 1)));
    TABLE.op(
        "binary_cross_entropy",
        (c, in) -> F.binaryCrossEntropy(in.x(), target(in), in.orNull("weight"), reduction(c)));
    TABLE.op(
        "binary_cross_entropy_with_logits",
        (c, in) ->
            F.binaryCrossEntropyWithLogits(
                in.x(), target(in), in.orNull("weight"), in.orNull("pos_weight"), reduction(c)));
    TABLE.op("kl_div", (c, in) -> F.klDiv(in.x(), target(in), reduction(c), c.flag("log_target")));
    TABLE.op(
        "poisson_nll_loss",
        (c, in) ->
            F.poissonNLLLoss(
                in.x(),
                target(in),
                !c.has("log_input") || c.flag("log_input"),
                c.flag("full"),
                c.number("eps", 1e-8),
                reduction(c)));
    TABLE.op(
        "gaussian_nll_loss",
        (c, in) ->
            F.gaussianNLLLoss(
                in.x(),
                target(in),
                in.get("var"),
                c.flag("full"),
                c.number("eps", 1e-6),
                reduction(c)));
    TABLE.op(
        "ctc_loss",
        (c, in) ->
            F.ctcLoss(
                in.x().logSoftmax(2),
                target(in),
                in.get("input_lengths"),
                in.get("target_lengths"),
                c.integer("blank", 0),
                reduction(c),
                c.flag("zero_infinity")));
  }

  private static void margins() {
    TABLE.op("soft_margin_loss", (c, in) -> F.softMarginLoss(in.x(), target(in), reduction(c)));
    TABLE.op(
        "multi_margin_loss",
        (c, in) ->
            F.multiMarginLoss(
                in.x(),
                target(in),
                c.integer("p", 1),
                c.number("margin", 1),
                in.orNull("weight"),
                reduction(c)));
    TABLE.op(
        "multilabel_margin_loss",
        (c, in) -> F.multilabelMarginLoss(in.x(), target(in), reduction(c)));
    TABLE.op(
        "multilabel_soft_margin_loss",
        (c, in) ->
            F.multilabelSoftMarginLoss(in.x(), target(in), in.orNull("weight"), reduction(c)));
    TABLE.op(
        "margin_ranking_loss",
        (c, in) ->
            F.marginRankingLoss(in.x(), in.y(), target(in), c.number("margin", 0), reduction(c)));
    TABLE.op(
        "hinge_embedding_loss",
        (c, in) -> F.hingeEmbeddingLoss(in.x(), target(in), c.number("margin", 1), reduction(c)));
    TABLE.op(
        "cosine_embedding_loss",
        (c, in) ->
            F.cosineEmbeddingLoss(in.x(), in.y(), target(in), c.number("margin", 0), reduction(c)));
    TABLE.op(
        "triplet_margin_loss",
        (c, in) ->
            F.tripletMarginLoss(
                in.x(),
                in.y(),
                in.get("z"),
                c.number("margin", 1),
                c.number("p", 2),
                1e-6,
                c.flag("swap"),
                reduction(c)));
  }

  private static void tables() {
    TABLE.op("embedding", (c, in) -> F.embedding(in.get("index"), weight(in), embeddingOptions(c)));
    TABLE.op(
        "embedding_bag",
        (c, in) ->
            F.embeddingBag(
                in.get("index"),
                weight(in),
                in.orNull("offsets"),
                EmbeddingBag.Mode.valueOf(c.text("mode", "mean").toUpperCase(Locale.ROOT)),
                in.orNull("per_sample_weights"),
                embeddingOptions(c)));
    TABLE.op(
        "one_hot", c -> c.integer("num_classes", -1) < 0, (c, in) -> F.oneHot(in.get("index")));
    TABLE.op("one_hot", (c, in) -> F.oneHot(in.get("index"), c.integer("num_classes")));
  }

  private static EmbeddingOptions embeddingOptions(GoldenCase c) {
    return c.has("padding_idx")
        ? EmbeddingOptions.DEFAULTS.paddingIdx(c.integer("padding_idx"))
        : EmbeddingOptions.DEFAULTS;
  }

  private static void images() {
    TABLE.op(
        "pad",
        (c, in) -> {
          String mode = c.text("mode", "constant");
          return mode.equals("constant")
              ? F.pad(in.x(), c.ints("pad"), c.number("value", 0))
              : F.pad(in.x(), c.ints("pad"), PaddingMode.valueOf(mode.toUpperCase(Locale.ROOT)));
        });
    TABLE.op("pixel_shuffle", (c, in) -> F.pixelShuffle(in.x(), c.integer("upscale_factor")));
    TABLE.op("pixel_unshuffle", (c, in) -> F.pixelUnshuffle(in.x(), c.integer("downscale_factor")));
    TABLE.op("channel_shuffle", (c, in) -> F.channelShuffle(in.x(), c.integer("groups")));
    TABLE.op(
        "interpolate",
        (c, in) -> {
          String mode = c.text("mode", "nearest").replace('-', '_').toUpperCase(Locale.ROOT);
          var options =
              c.has("size")
                  ? InterpolateOptions.size(c.ints("size"))
                  : InterpolateOptions.scale(c.numbers("scale_factor"));
          return F.interpolate(
              in.x(),
              options.mode(Interpolation.valueOf(mode)).alignCorners(c.flag("align_corners")));
        });
  }

  private static CrossEntropyOptions classOptions(GoldenCase c, GoldenInputs in) {
    return new CrossEntropyOptions(
        in.orNull("weight"),
        c.integer("ignore_index", -100),
        c.number("label_smoothing", 0),
        reduction(c));
  }

  private static Reductions reduction(GoldenCase c) {
    String name = c.text("reduction", "mean");
    return name.equals("batchmean")
        ? Reductions.BATCH_MEAN
        : Reductions.valueOf(name.toUpperCase(Locale.ROOT));
  }

  private static ConvOptions convOptions(GoldenCase c) {
    var options = ConvOptions.defaults();
    if (c.has("stride")) {
      options = options.stride(c.ints("stride"));
    }
    if (c.has("dilation")) {
      options = options.dilation(c.ints("dilation"));
    }
    if (c.has("output_padding")) {
      options = options.outputPadding(c.ints("output_padding"));
    }
    if (c.has("groups")) {
      options = options.groups(c.integer("groups"));
    }
    if (c.has("padding")) {
      String named = c.args().get("padding").isTextual() ? c.text("padding", "") : "";
      options =
          switch (named) {
            case "" -> options.padding(c.ints("padding"));
            case "same" -> options.same();
            case "valid" -> options.padding(0);
            default -> throw new IllegalStateException(c.id() + ": unknown padding " + named);
          };
    }
    return options;
  }

  private static PoolOptions poolOptions(GoldenCase c) {
    var options = PoolOptions.window(c.ints("kernel_size"));
    if (c.has("stride")) {
      options = options.stride(c.ints("stride"));
    }
    if (c.has("padding")) {
      options = options.padding(c.ints("padding"));
    }
    if (c.has("dilation")) {
      options = options.dilation(c.ints("dilation"));
    }
    if (c.has("ceil_mode")) {
      options = options.ceilMode(c.flag("ceil_mode"));
    }
    if (c.has("count_include_pad")) {
      options = options.countIncludePad(c.flag("count_include_pad"));
    }
    return options;
  }
}
