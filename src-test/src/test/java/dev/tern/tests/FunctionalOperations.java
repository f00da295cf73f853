package dev.tern.tests;

import dev.tern.Reductions;
import dev.tern.Tensor;
import dev.tern.shape.ConvOptions;
import dev.tern.shape.DType;
import dev.tern.shape.PoolOptions;
import java.util.List;
import java.util.Locale;

/** The operations of the suite {@code functional}: layers and losses without state. */
final class FunctionalOperations {
  static final OperationTable TABLE = new OperationTable();

  private FunctionalOperations() {}

  static {
    convolutions();
    pooling();
    normalization();
    losses();
    TABLE.op("linear", (c, in) -> in.x().linear(in.get("weight"), in.orNull("bias")));
  }

  private static void convolutions() {
    TABLE.op(
        "conv1d", (c, in) -> in.x().conv1d(in.get("weight"), in.orNull("bias"), convOptions(c)));
    TABLE.op(
        "conv2d", (c, in) -> in.x().conv2d(in.get("weight"), in.orNull("bias"), convOptions(c)));
    TABLE.op(
        "conv3d", (c, in) -> in.x().conv3d(in.get("weight"), in.orNull("bias"), convOptions(c)));
  }

  private static void pooling() {
    TABLE.op("max_pool1d", (c, in) -> in.x().maxPool1d(poolOptions(c)));
    TABLE.op(
        "max_pool2d", c -> !c.flag("return_indices"), (c, in) -> in.x().maxPool2d(poolOptions(c)));
    TABLE.op("max_pool3d", (c, in) -> in.x().maxPool3d(poolOptions(c)));
    TABLE.op("avg_pool1d", (c, in) -> in.x().avgPool1d(poolOptions(c)));
    TABLE.op("avg_pool2d", (c, in) -> in.x().avgPool2d(poolOptions(c)));
    TABLE.op("avg_pool3d", (c, in) -> in.x().avgPool3d(poolOptions(c)));
  }

  private static void normalization() {
    TABLE.outputs(
        "batch_norm",
        (c, in) -> {
          Tensor mean = in.orNull("running_mean");
          Tensor var = in.orNull("running_var");
          Tensor y =
              in.x()
                  .batchNorm(
                      mean,
                      var,
                      in.orNull("weight"),
                      in.orNull("bias"),
                      c.flag("training"),
                      c.number("momentum"),
                      c.number("eps"));
          return mean == null || var == null ? List.of(y) : List.of(y, mean, var);
        });
    TABLE.op(
        "layer_norm",
        (c, in) ->
            in.x()
                .layerNorm(
                    c.ints("normalized_shape").length,
                    in.orNull("weight"),
                    in.orNull("bias"),
                    c.number("eps")));
  }

  private static void losses() {
    TABLE.op(
        "cross_entropy",
        FunctionalOperations::isPlainCrossEntropy,
        (c, in) -> in.x().crossEntropy(in.get("target"), reduction(c)));
    TABLE.op("nll_loss", (c, in) -> in.x().nllLoss(in.get("target"), reduction(c)));
    TABLE.op("mse_loss", (c, in) -> in.x().mseLoss(in.get("target"), reduction(c)));
    TABLE.op("l1_loss", (c, in) -> in.x().l1Loss(in.get("target"), reduction(c)));
  }

  /**
   * Class weights, smoothing, probabilities as targets and another ignored label are not there yet.
   */
  private static boolean isPlainCrossEntropy(GoldenCase c) {
    return !c.takes("weight")
        && c.number("label_smoothing", 0) == 0
        && c.integer("ignore_index", -100) == -100
        && c.tensor("in", "target").dtype() == DType.INT64;
  }

  private static Reductions reduction(GoldenCase c) {
    return Reductions.valueOf(c.text("reduction", "mean").toUpperCase(Locale.ROOT));
  }

  private static ConvOptions convOptions(GoldenCase c) {
    var options = ConvOptions.defaults();
    if (c.has("stride")) {
      options = options.stride(c.ints("stride"));
    }
    if (c.has("dilation")) {
      options = options.dilation(c.ints("dilation"));
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
