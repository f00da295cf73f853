package dev.tern;

import dev.tern.device.NormSpec;
import dev.tern.shape.Shape;
import dev.tern.shape.ShapeException;
import org.jspecify.annotations.Nullable;

/** Bringing activations to mean 0 and variance 1. */
public sealed interface Normalization permits Tensor {
  private Tensor self() {
    return (Tensor) this;
  }

  /**
   * Batch normalisation (Ioffe and Szegedy 2015), {@code torch.nn.functional.batch_norm}: each
   * channel of {@code [N, C, *]} by its mean and variance.
   *
   * @param runningMean {@code [C]}, updated in training where given, used otherwise
   * @param runningVar likewise; takes the unbiased variance
   * @param weight {@code [C]} or null
   * @param bias {@code [C]} or null
   * @param training whether to use the batch's own statistics
   * @param momentum how much of the running estimates each batch replaces
   * @param eps added to the variance
   * @throws ShapeException if there is but one value a channel in training, or sizes do not fit
   */
  default Tensor batchNorm(
      @Nullable Tensor runningMean,
      @Nullable Tensor runningVar,
      @Nullable Tensor weight,
      @Nullable Tensor bias,
      boolean training,
      double momentum,
      double eps) {
    Tensor x = self();
    if (x.rank() < 2) {
      throw new ShapeException("batchNorm: input " + x.shape() + "; expected [N, C, *]");
    }
    int channels = x.size(1);
    for (Tensor each : new Tensor[] {runningMean, runningVar, weight, bias}) {
      if (each != null && !each.shape().equals(Shape.of(channels))) {
        throw new ShapeException(
            "batchNorm: input %s has %d channels, a weight or estimate has shape %s"
                .formatted(x.shape(), channels, each.shape()));
      }
      if (each != null) {
        Tensor.expectSame("batchNorm", x, each);
      }
    }
    if (!training && runningMean != null && runningVar != null) {
      Tensor scale = runningVar.add(eps).rsqrt();
      scale = weight == null ? scale : scale.mul(weight);
      Tensor shift = runningMean.mul(scale).neg();
      shift = bias == null ? shift : shift.add(bias);
      int[] alongChannels = perChannel(x.rank(), channels);
      return x.mul(scale.view(alongChannels)).add(shift.view(alongChannels));
    }
    int positions = x.shape().product(2, x.rank());
    int count = x.size(0) * positions;
    if (count < 2 && training) {
      throw new ShapeException(
          "batchNorm: expected more than one value per channel when training, got " + x.shape());
    }
    Tensor mean = x.empty(Shape.of(channels));
    Tensor var = x.empty(Shape.of(channels));
    var spec = new NormSpec(x.size(0), channels, positions, eps);
    Tensor y = normalized("batchNorm", spec, x, weight, bias, mean, var);
    if (training && runningMean != null && runningVar != null) {
      runningMean.change(
          "batchNorm",
          m ->
              runningVar.change(
                  "batchNorm",
                  v -> x.backend().track(spec, momentum, mean.data(), var.data(), m, v)));
    }
    return y;
  }

  private static void update(Tensor running, Tensor latest, double momentum) {
    try (var off = Autograd.noGrad()) {
      running.mul_(1 - momentum).add_(latest.mul(momentum));
    }
  }

  /** Each channel by its own statistics, which are left in {@code mean} and {@code var}. */
  private static Tensor normalized(
      String op,
      NormSpec spec,
      Tensor x,
      @Nullable Tensor weight,
      @Nullable Tensor bias,
      Tensor mean,
      Tensor var) {
    Tensor y = x.empty(x.shape());
    x.backend()
        .batchNorm(
            spec,
            x.data(),
            Tensor.dataOf(weight),
            Tensor.dataOf(bias),
            y.data(),
            mean.data(),
            var.data());
    return y.fromJoint(
        op,
        new Tensor[] {x, weight, bias},
        (dy, mine) -> gradients(spec, x, weight, bias, mean, var, dy, mine),
        true,
        x,
        weight);
  }

  private static int[] perChannel(int rank, int channels) {
    int[] sizes = new int[rank - 1];
    java.util.Arrays.fill(sizes, 1);
    sizes[0] = channels;
    return sizes;
  }

  private static @Nullable Tensor[] gradients(
      NormSpec spec,
      Tensor x,
      @Nullable Tensor weight,
      @Nullable Tensor bias,
      Tensor mean,
      Tensor var,
      Tensor dy,
      boolean mine) {
    if (Autograd.isEnabled()) {
      return composed(spec, x, weight, bias, dy);
    }
    Tensor dx = mine ? dy : dy.empty(x.shape());
    Tensor dweight = dy.empty(mean.shape());
    Tensor dbias = dy.empty(mean.shape());
    dy.backend()
        .batchNormGrad(
            spec,
            x.data(),
            Tensor.dataOf(weight),
            mean.data(),
            var.data(),
            dy.data(),
            dx.data(),
            dweight.data(),
            dbias.data());
    return new Tensor[] {dx, weight == null ? null : dweight, bias == null ? null : dbias};
  }

  /** dx = weight / √(var + eps) (dy - mean(dy) - x̂ mean(dy x̂)), with x̂ differentiable itself. */
  private static @Nullable Tensor[] composed(
      NormSpec spec, Tensor x, @Nullable Tensor weight, @Nullable Tensor bias, Tensor dy) {
    int[] dims = new int[x.rank() - 1];
    for (int d = 1; d < dims.length; d++) {
      dims[d] = d + 1;
    }
    Tensor scale = x.var(false, true, dims).add(spec.eps()).rsqrt();
    Tensor xhat = x.sub(x.mean(true, dims)).mul(scale);
    Tensor dxhat = weight == null ? dy : dy.mul(weight.view(perChannel(x.rank(), spec.channels())));
    Tensor dx =
        dxhat
            .sub(dxhat.mean(true, dims))
            .sub(xhat.mul(dxhat.mul(xhat).mean(true, dims)))
            .mul(scale);
    return new Tensor[] {
      dx, weight == null ? null : dy.mul(xhat).sum(dims), bias == null ? null : dy.sum(dims)
    };
  }

  /** Rows {@code [rows, n]}, each by its own mean and variance: channels of a batch of one. */
  private static Tensor rows(String op, Tensor x, int rows, double eps) {
    int n = rows == 0 ? 0 : x.numel() / rows;
    if (n == 0) {
      return x.mul(1);
    }
    Tensor flat = x.reshape(1, rows, n);
    Tensor mean = x.empty(Shape.of(rows));
    Tensor var = x.empty(Shape.of(rows));
    var spec = new NormSpec(1, rows, n, eps);
    return normalized(op, spec, flat, null, null, mean, var).reshape(x.shape());
  }

  private static Tensor scaled(Tensor y, @Nullable Tensor weight, @Nullable Tensor bias) {
    Tensor scaled = weight == null ? y : y.mul(weight);
    return bias == null ? scaled : scaled.add(bias);
  }

  /** As {@link #scaled}, with a number a channel of {@code [N, C, *]}. */
  private static Tensor scaledChannels(
      String op, Tensor y, @Nullable Tensor weight, @Nullable Tensor bias) {
    int[] alongChannels = perChannel(y.rank(), y.size(1));
    for (Tensor each : new Tensor[] {weight, bias}) {
      if (each != null && !each.shape().equals(Shape.of(y.size(1)))) {
        throw new ShapeException(
            "%s: input %s has %d channels, weight or bias has shape %s"
                .formatted(op, y.shape(), y.size(1), each.shape()));
      }
    }
    return scaled(
        y,
        weight == null ? null : weight.view(alongChannels),
        bias == null ? null : bias.view(alongChannels));
  }

  /**
   * Checks how many of the last dimensions are meant, and that weight and bias have their sizes.
   */
  private int lastDims(String op, int dims, @Nullable Tensor weight, @Nullable Tensor bias) {
    Shape shape = self().shape();
    if (dims < 1 || dims > shape.rank()) {
      throw new ShapeException(
          "%s: %d dimensions of %s; expected 1 to %d".formatted(op, dims, shape, shape.rank()));
    }
    int[] sizes = shape.toArray();
    Shape last = Shape.of(java.util.Arrays.copyOfRange(sizes, sizes.length - dims, sizes.length));
    for (Tensor each : new Tensor[] {weight, bias}) {
      if (each != null && !each.shape().equals(last)) {
        throw new ShapeException(
            "%s: weight or bias %s does not fit the last %d dimensions of %s; expected %s"
                .formatted(op, each.shape(), dims, shape, last));
      }
    }
    return shape.rank() - dims;
  }

  /**
   * Layer normalisation (Ba et al. 2016): over the last dimensions together, {@code
   * torch.nn.functional.layer_norm}.
   *
   * @param dims how many of the last dimensions
   * @param weight of those dimensions' sizes, or null
   * @param bias likewise
   */
  default Tensor layerNorm(int dims, @Nullable Tensor weight, @Nullable Tensor bias, double eps) {
    Tensor x = self();
    int leading = lastDims("layerNorm", dims, weight, bias);
    return scaled(rows("layerNorm", x, x.shape().product(0, leading), eps), weight, bias);
  }

  /**
   * Root mean square normalisation (Zhang and Sennrich 2019), {@code torch.nn.functional.rms_norm}:
   * x / √(mean(x²) + eps) over the last dimensions together.
   *
   * @param dims how many of the last dimensions
   * @param weight of those dimensions' sizes, or null
   */
  default Tensor rmsNorm(int dims, @Nullable Tensor weight, double eps) {
    Tensor x = self();
    int leading = lastDims("rmsNorm", dims, weight, null);
    int[] last = new int[dims];
    for (int d = 0; d < dims; d++) {
      last[d] = leading + d;
    }
    return scaled(x.mul(x.square().mean(true, last).add(eps).rsqrt()), weight, null);
  }

  /**
   * Group normalisation (Wu and He 2018), {@code torch.nn.functional.group_norm}: each image's
   * channels of {@code [N, C, *]} in groups.
   *
   * @param groups a divisor of the channels
   * @param weight {@code [C]} or null
   * @param bias {@code [C]} or null
   */
  default Tensor groupNorm(int groups, @Nullable Tensor weight, @Nullable Tensor bias, double eps) {
    Tensor x = self();
    if (x.rank() < 2 || groups < 1 || x.size(1) % groups != 0) {
      throw new ShapeException(
          "groupNorm: %d groups of input %s; expected [N, C, *] with C divisible by the groups"
              .formatted(groups, x.shape()));
    }
    Tensor y = rows("groupNorm", x, x.size(0) * groups, eps);
    return scaledChannels("groupNorm", y, weight, bias);
  }

  /**
   * Instance normalisation (Ulyanov et al. 2016), {@code torch.nn.functional.instance_norm}: each
   * channel of each image of {@code [N, C, *]}.
   *
   * @param runningMean {@code [C]} or null: updated with the mean over the images where their own
   *     statistics are used, used itself otherwise
   * @param runningVar likewise; takes the unbiased variance
   * @param weight {@code [C]} or null
   * @param bias {@code [C]} or null
   * @param useInputStats whether to use each image's own statistics
   * @throws ShapeException if a channel has but one position, or sizes do not fit
   */
  default Tensor instanceNorm(
      @Nullable Tensor runningMean,
      @Nullable Tensor runningVar,
      @Nullable Tensor weight,
      @Nullable Tensor bias,
      boolean useInputStats,
      double momentum,
      double eps) {
    Tensor x = self();
    if (x.rank() < 3) {
      throw new ShapeException("instanceNorm: input " + x.shape() + "; expected [N, C, *]");
    }
    if (!useInputStats) {
      if (runningMean == null || runningVar == null) {
        throw new IllegalArgumentException(
            "instanceNorm: wants running estimates where the input's own are not used");
      }
      return x.batchNorm(runningMean, runningVar, weight, bias, false, momentum, eps);
    }
    int positions = x.shape().product(2, x.rank());
    if (positions < 2) {
      throw new ShapeException(
          "instanceNorm: expected more than one position per channel, got " + x.shape());
    }
    if (runningMean != null && runningVar != null) {
      Tensor flat = x.detach().reshape(x.size(0), x.size(1), positions);
      update(runningMean, flat.mean(0, 2), momentum);
      update(runningVar, flat.var(true, false, 2).mean(0), momentum);
    }
    Tensor y = rows("instanceNorm", x, x.size(0) * x.size(1), eps);
    return scaledChannels("instanceNorm", y, weight, bias);
  }
}
