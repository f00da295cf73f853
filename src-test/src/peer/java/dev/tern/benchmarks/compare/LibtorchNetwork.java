package dev.tern.benchmarks.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** The example networks, as chains of libtorch's functions. */
final class LibtorchNetwork {
  private static final long[] ONE = {1, 1};
  private static final TensorOptional NONE = new TensorOptional();

  private final List<Tensor> parameters = new ArrayList<>();
  private final UnaryOperator<Tensor> forward;
  private boolean training = true;

  LibtorchNetwork(String name) {
    UnaryOperator<Tensor> tanh = Tensor::tanh;
    UnaryOperator<Tensor> relu = Tensor::relu;
    UnaryOperator<Tensor> pool = x -> torch.max_pool2d(x, 2, 2);
    forward =
        switch (name) {
          case "Net" ->
              chain(conv(3, 16), tanh, pool, conv(16, 8), tanh, pool, classifier(8 * 64, tanh));
          case "NetWidth" ->
              chain(conv(3, 32), tanh, pool, conv(32, 16), tanh, pool, classifier(16 * 64, tanh));
          case "NetDropout" ->
              chain(
                  chain(conv(3, 32), tanh, pool, this::dropout),
                  chain(conv(32, 16), tanh, pool, this::dropout),
                  classifier(16 * 64, tanh));
          case "NetBatchNorm" ->
              chain(
                  chain(conv(3, 32), batchNorm(32), tanh, pool),
                  chain(conv(32, 16), batchNorm(16), tanh, pool),
                  classifier(16 * 64, tanh));
          case "NetDepth" ->
              chain(
                  chain(conv(3, 32), relu, pool, conv(32, 16), relu, pool, conv(16, 16), relu),
                  pool,
                  classifier(16 * 16, relu));
          case "NetRes" ->
              chain(
                  chain(conv(3, 32), relu, pool, conv(32, 16), relu, pool),
                  around(chain(conv(16, 16), relu)),
                  pool,
                  classifier(16 * 16, relu));
          case "NetResDeep" -> {
            var first = conv(3, 32);
            var block = around(chain(convWithoutBias(32, 32), batchNorm(32), relu));
            yield chain(first, relu, pool, repeat(10, block), pool, classifier(32 * 64, relu));
          }
          default -> throw new IllegalArgumentException("no network " + name);
        };
  }

  /** The logits of images {@code [N, 3, 32, 32]}. */
  Tensor apply(Tensor x) {
    return forward.apply(x);
  }

  /** In evaluation mode from now on. */
  void eval() {
    training = false;
  }

  TensorVector parameters() {
    return new TensorVector(parameters.toArray(Tensor[]::new));
  }

  /** The number of parameters. */
  long size() {
    return parameters.stream().mapToLong(Tensor::numel).sum();
  }

  private UnaryOperator<Tensor> conv(int in, int out) {
    Tensor weight = parameter(out, in, 3, 3);
    TensorOptional bias = new TensorOptional(parameter(out));
    return x -> torch.conv2d(x, weight, bias, ONE, ONE, ONE, 1);
  }

  private UnaryOperator<Tensor> convWithoutBias(int in, int out) {
    Tensor weight = parameter(out, in, 3, 3);
    return x -> torch.conv2d(x, weight, NONE, ONE, ONE, ONE, 1);
  }

  private UnaryOperator<Tensor> batchNorm(int channels) {
    TensorOptional weight = new TensorOptional(parameter(channels));
    TensorOptional bias = new TensorOptional(parameter(channels));
    TensorOptional mean = new TensorOptional(torch.zeros(channels));
    TensorOptional variance = new TensorOptional(torch.ones(channels));
    return x -> torch.batch_norm(x, weight, bias, mean, variance, training, 0.1, 1e-5, false);
  }

  private Tensor dropout(Tensor x) {
    return torch.feature_dropout(x, 0.4, training);
  }

  private UnaryOperator<Tensor> classifier(int features, UnaryOperator<Tensor> activation) {
    return chain(x -> x.view(-1, features), linear(features, 32), activation, linear(32, 2));
  }

  private UnaryOperator<Tensor> linear(int in, int out) {
    Tensor weight = parameter(out, in);
    TensorOptional bias = new TensorOptional(parameter(out));
    return x -> torch.linear(x, weight, bias);
  }

  private Tensor parameter(long... shape) {
    Tensor values = torch.randn(shape).mul(new Scalar(0.05f)).detach();
    parameters.add(values.set_requires_grad(true));
    return values;
  }

  private static UnaryOperator<Tensor> around(UnaryOperator<Tensor> layer) {
    return x -> layer.apply(x).add(x);
  }

  private static UnaryOperator<Tensor> repeat(int times, UnaryOperator<Tensor> layer) {
    return x -> {
      for (int i = 0; i < times; i++) {
        x = layer.apply(x);
      }
      return x;
    };
  }

  @SafeVarargs
  private static UnaryOperator<Tensor> chain(UnaryOperator<Tensor>... layers) {
    return x -> {
      for (UnaryOperator<Tensor> layer : layers) {
        x = layer.apply(x);
      }
      return x;
    };
  }
}
