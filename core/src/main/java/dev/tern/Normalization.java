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
    var spec = new NormSpec(x.size(0), channels, positions, eps);
    Tensor y = x.empty(x.shape());
    Tensor mean = x.empty(Shape.of(channels));
    Tensor var = x.empty(Shape.of(channels));
    x.backend()
        .batchNorm(
            spec,
            x.data(),
            Tensor.dataOf(weight),
            Tensor.dataOf(bias),
            y.data(),
            mean.data(),
            var.data());
    if (training && runningMean != null && runningVar != null) {
      try (var off = Autograd.noGrad()) {
        runningMean.mul_(1 - momentum).add_(mean.mul(momentum));
        double unbiased = momentum * count / (count - 1.0);
        runningVar.mul_(1 - momentum).add_(var.mul(unbiased));
      }
    }
    return y.fromJoint(
        "batchNorm",
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
    if (dims < 1 || dims > x.rank()) {
      throw new ShapeException(
          "layerNorm: " + dims + " dimensions of " + x.shape() + "; expected 1 to " + x.rank());
    }
    int[] last = new int[dims];
    for (int d = 0; d < dims; d++) {
      last[d] = d - dims;
    }
    Tensor y = x.sub(x.mean(true, last)).mul(x.var(false, true, last).add(eps).rsqrt());
    y = weight == null ? y : y.mul(weight);
    return bias == null ? y : y.add(bias);
  }
}
