package dev.tern.nn;

import dev.tern.Tensor;
import dev.tern.device.Generator;
import dev.tern.shape.ShapeException;
import java.util.Arrays;
import java.util.List;

/** Activations, for {@link F}: of tensors of any shape, element by element unless stated. */
abstract class ActivationFunctions extends PoolingFunctions {
  ActivationFunctions() {}

  /** x above the threshold, the value elsewhere, {@code F.threshold}. */
  public static Tensor threshold(Tensor x, double threshold, double value) {
    return x.maskedFill(x.le(threshold), value);
  }

  /** tanh(x). */
  public static Tensor tanh(Tensor x) {
    return x.tanh();
  }

  /** max(x, 0), {@code F.relu}. */
  public static Tensor relu(Tensor x) {
    return x.relu();
  }

  /** min(max(x, 0), 6), {@code F.relu6}. */
  public static Tensor relu6(Tensor x) {
    return x.relu6();
  }

  /** 1 / (1 + exp(-x)). */
  public static Tensor sigmoid(Tensor x) {
    return x.sigmoid();
  }

  /** x where it is positive, else 0.01 x. */
  public static Tensor leakyRelu(Tensor x) {
    return x.leakyRelu(0.01);
  }

  /** x where it is positive, else slope x, {@code F.leaky_relu}. */
  public static Tensor leakyRelu(Tensor x, double slope) {
    return x.leakyRelu(slope);
  }

  /**
   * x where it is positive, else weight x, {@code F.prelu} (He et al. 2015).
   *
   * @param weight {@code [1]}, or {@code [C]} for {@code [N, C, *]}
   */
  public static Tensor prelu(Tensor x, Tensor weight) {
    if (weight.numel() == 1) {
      return Tensor.where(x.gt(0), x, x.mul(weight.reshape()));
    }
    if (x.rank() < 2 || weight.rank() != 1 || weight.size(0) != x.size(1)) {
      throw new ShapeException(
          "prelu: weight %s does not fit input %s; expected [1], or [C] for [N, C, *]"
              .formatted(weight.shape(), x.shape()));
    }
    int[] alongChannels = new int[x.rank() - 1];
    Arrays.fill(alongChannels, 1);
    alongChannels[0] = weight.numel();
    return Tensor.where(x.gt(0), x, x.mul(weight.view(alongChannels)));
  }

  /**
   * A leaky ReLU whose slope is drawn for each element in training, and the mean of the bounds
   * otherwise: {@code F.rrelu} (Xu et al. 2015).
   */
  public static Tensor rrelu(Tensor x, double lower, double upper, boolean training) {
    if (!(lower <= upper)) {
      throw new IllegalArgumentException(
          "rrelu: wants lower <= upper, got %s and %s".formatted(lower, upper));
    }
    if (!training) {
      return x.leakyRelu((lower + upper) / 2);
    }
    double[] values = x.toDoubleArray();
    double[] slopes = new double[values.length];
    for (int i = 0; i < slopes.length; i++) {
      slopes[i] = 1;
      if (values[i] <= 0) { // PyTorch draws for these alone
        Generator.current().uniform(slopes, i, 1, lower, upper);
      }
    }
    return x.mul(Tensor.from(slopes, x.shape().toArray()).to(x.dtype()).to(x.device()));
  }

  /** x where it is positive, else alpha (exp(x) - 1), {@code F.elu}. */
  public static Tensor elu(Tensor x, double alpha) {
    return x.elu(alpha);
  }

  /** The self-normalising ELU, {@code F.selu} (Klambauer et al. 2017). */
  public static Tensor selu(Tensor x) {
    return x.elu(1.6732632423543772848170429916717).mul(1.0507009873554804934193349852946);
  }

  /** x where it is positive, else alpha (exp(x / alpha) - 1), {@code F.celu} (Barron 2017). */
  public static Tensor celu(Tensor x, double alpha) {
    return Tensor.where(x.gt(0), x, x.div(alpha).elu(1).mul(alpha));
  }

  /** x Φ(x), {@code F.gelu}. */
  public static Tensor gelu(Tensor x) {
    return x.gelu();
  }

  /** x Φ(x), with Φ computed as asked, {@code F.gelu}. */
  public static Tensor gelu(Tensor x, GELU.Approximate approximate) {
    return approximate == GELU.Approximate.NONE ? x.gelu() : x.geluTanh();
  }

  /** a sigmoid(b), with a and b the halves of a dimension, {@code F.glu} (Dauphin et al. 2017). */
  public static Tensor glu(Tensor x, int dim) {
    if (x.rank() == 0 || x.size(dim) % 2 != 0) {
      throw new ShapeException(
          "glu: wants an even size in dimension %d, got %s".formatted(dim, x.shape()));
    }
    List<Tensor> halves = x.chunk(2, dim);
    return halves.get(0).mul(halves.get(1).sigmoid());
  }

  /** x sigmoid(x), {@code F.silu}. */
  public static Tensor silu(Tensor x) {
    return x.silu();
  }

  /** x tanh(softplus(x)), {@code F.mish}. */
  public static Tensor mish(Tensor x) {
    return x.mish();
  }

  /** log(1 + exp(x)), {@code F.softplus}. */
  public static Tensor softplus(Tensor x) {
    return x.softplus(1, 20);
  }

  /** log(1 + exp(beta x)) / beta, and x itself beyond a threshold of beta x. */
  public static Tensor softplus(Tensor x, double beta, double threshold) {
    return x.softplus(beta, threshold);
  }

  /** log(sigmoid(x)), {@code F.logsigmoid}. */
  public static Tensor logSigmoid(Tensor x) {
    return x.logSigmoid();
  }

  /** min(max(x, -1), 1), {@code F.hardtanh}. */
  public static Tensor hardtanh(Tensor x) {
    return x.hardtanh(-1, 1);
  }

  /** min(max(x, low), high), {@code F.hardtanh}. */
  public static Tensor hardtanh(Tensor x, double low, double high) {
    return x.hardtanh(low, high);
  }

  /** min(max(x + 3, 0), 6) / 6, {@code F.hardsigmoid}. */
  public static Tensor hardsigmoid(Tensor x) {
    return x.add(3).relu6().div(6);
  }

  /** x min(max(x + 3, 0), 6) / 6, {@code F.hardswish} (Howard et al. 2019). */
  public static Tensor hardswish(Tensor x) {
    return x.mul(x.add(3).clamp(0, 6)).div(6);
  }

  /** x beyond lambda on either side of zero, 0 between, {@code F.hardshrink}. */
  public static Tensor hardshrink(Tensor x, double lambda) {
    return x.maskedFill(x.abs().le(lambda), 0);
  }

  /** x moved towards zero by lambda, 0 where that goes beyond, {@code F.softshrink}. */
  public static Tensor softshrink(Tensor x, double lambda) {
    if (!(lambda >= 0)) {
      throw new IllegalArgumentException("softshrink: wants lambda of at least 0, got " + lambda);
    }
    return x.sub(x.clamp(-lambda, lambda));
  }

  /** x - tanh(x), {@code F.tanhshrink}. */
  public static Tensor tanhshrink(Tensor x) {
    return x.sub(x.tanh());
  }

  /** x / (1 + |x|), {@code F.softsign}. */
  public static Tensor softsign(Tensor x) {
    return x.softsign();
  }

  /** exp(x) / Σ exp(x) along a dimension, {@code F.softmax}. */
  public static Tensor softmax(Tensor x, int dim) {
    return x.softmax(dim);
  }

  /** exp(-x) / Σ exp(-x) along a dimension, {@code F.softmin}. */
  public static Tensor softmin(Tensor x, int dim) {
    return x.neg().softmax(dim);
  }

  /** log(softmax(x)) along a dimension, {@code F.log_softmax}. */
  public static Tensor logSoftmax(Tensor x, int dim) {
    return x.logSoftmax(dim);
  }

  /**
   * A draw from the classes along a dimension, {@code F.gumbel_softmax} (Jang et al. 2017).
   *
   * @param logits unnormalised log-probabilities
   * @param temperature the lower, the closer to one class
   * @param hard whether the draw is one class; its gradient is that of the soft one all the same
   */
  public static Tensor gumbelSoftmax(Tensor logits, double temperature, boolean hard, int dim) {
    Tensor uniform = Tensor.rand(dev.tern.shape.DType.FLOAT64, logits.shape());
    Tensor gumbel = uniform.neg().log1p().neg().log().neg();
    Tensor noise = gumbel.to(logits.dtype()).to(logits.device());
    Tensor soft = logits.add(noise).div(temperature).softmax(dim);
    if (!hard) {
      return soft;
    }
    Tensor chosen = soft.detach().eq(soft.detach().max(dim, true).values()).to(soft.dtype());
    return chosen.sub(soft.detach()).add(soft);
  }
}
