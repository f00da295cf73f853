package dev.tern.benchmarks.compare;

import static dev.tern.shape.ConvOptions.padding;

import dev.tern.Autograd;
import dev.tern.Tensor;
import dev.tern.Tern;
import dev.tern.benchmarks.compare.Workload.Training;
import dev.tern.device.Generator;
import dev.tern.device.cpu.CpuStorage;
import dev.tern.examples.Networks;
import dev.tern.nn.CrossEntropyLoss;
import dev.tern.nn.Module;
import dev.tern.optim.SGD;
import dev.tern.shape.DType;
import dev.tern.shape.PoolOptions;
import dev.tern.shape.Shape;
import dev.tern.shape.View;
import java.util.List;
import java.util.function.Supplier;

/** Tern, as a user writes it: in scopes, as libtorch is in those of JavaCPP. */
public final class TernLibrary implements Library {
  /** With so many threads. */
  public TernLibrary(int threads) {
    Tern.setNumThreads(threads);
    Generator.manualSeed(0);
  }

  @Override
  public Training training(String network, int batch) {
    Module model = Networks.make(network);
    CrossEntropyLoss lossFn = new CrossEntropyLoss();
    SGD optimizer = new SGD(model.parameters(), SGD.lr(1e-3));
    return new Training() {
      private Tensor x = Tensor.randn(batch, 3, 32, 32);
      private Tensor target = Tensor.randint(0, 2, Shape.of(batch));

      @Override
      public void feed(float[] images, long[] labels) {
        x = Tensor.from(images, labels.length, 3, 32, 32);
        target = Tensor.from(labels, labels.length);
      }

      @Override
      public void run() {
        try (var step = Tern.scope()) {
          Tensor loss = lossFn.apply(model.apply(x), target);
          optimizer.zeroGrad();
          loss.backward();
          optimizer.step();
          loss.item();
        }
      }

      @Override
      public long size() {
        return parameters(model);
      }
    };
  }

  @Override
  public Workload inference(String network, int batch) {
    Module model = Networks.make(network).eval();
    Tensor x = Tensor.randn(batch, 3, 32, 32);
    return new Workload() {
      @Override
      public void run() {
        try (var off = Autograd.noGrad();
            var call = Tern.scope()) {
          model.apply(x);
        }
      }

      @Override
      public long size() {
        return parameters(model);
      }
    };
  }

  @Override
  public Workload matmul(int n) {
    Tensor a = Tensor.randn(n, n);
    Tensor b = Tensor.randn(n, n);
    return new Operation(() -> a.matmul(b));
  }

  @Override
  public Workload conv2d(int n, int c, int side, int k, boolean gradients) {
    Tensor x = array(n, c, side, side);
    Tensor weight = Tensor.randn(k, c, 3, 3);
    Tensor bias = Tensor.randn(k);
    Supplier<Tensor> conv = () -> x.conv2d(weight, bias, padding(1));
    return gradients
        ? new WithGradients(conv, array(n, k, side, side), x, weight, bias)
        : new Operation(() -> inPlainOrder(conv.get()));
  }

  /** An array as a user has it, whose order of elements stays the plain one. */
  private static Tensor array(int... sizes) {
    float[] own = Tensor.randn(sizes).toFloatArray();
    return Tensor.wrap(CpuStorage.of(DType.FLOAT32, own), View.dense(Shape.of(sizes)));
  }

  /** Reads an element, for which all of a result come to the plain order, as libtorch's are. */
  private static Tensor inPlainOrder(Tensor y) {
    y.detach().view(-1).select(0, 0).item();
    return y;
  }

  @Override
  public Workload maxPool2d(int n, int c, int side) {
    Tensor x = Tensor.randn(n, c, side, side);
    return new Operation(() -> x.maxPool2d(PoolOptions.window(2)));
  }

  @Override
  public Workload tanh(int n) {
    Tensor x = Tensor.randn(n);
    return new Operation(x::tanh);
  }

  @Override
  public Workload batchNorm(int n, int c, int side, boolean gradients) {
    Tensor x = Tensor.randn(n, c, side, side);
    Tensor mean = Tensor.zeros(c);
    Tensor variance = Tensor.ones(c);
    Tensor weight = Tensor.randn(c);
    Tensor bias = Tensor.randn(c);
    return operation(
        gradients,
        () -> x.batchNorm(mean, variance, weight, bias, true, 0.1, 1e-5),
        x,
        weight,
        bias);
  }

  private static long parameters(Module model) {
    return model.parameters().stream().mapToLong(Tensor::numel).sum();
  }

  private static Workload operation(boolean gradients, Supplier<Tensor> op, Tensor... inputs) {
    return gradients
        ? new WithGradients(op, Tensor.randn(op.get().shape().toArray()), inputs)
        : new Operation(op);
  }

  private record Operation(Supplier<Tensor> op) implements Workload {
    @Override
    public void run() {
      try (var call = Tern.scope()) {
        op.get();
      }
    }

    @Override
    public long size() {
      return op.get().numel();
    }
  }

  private static final class WithGradients implements Workload {
    private final Supplier<Tensor> op;
    private final Tensor[] inputs;
    private final Tensor dy;

    WithGradients(Supplier<Tensor> op, Tensor dy, Tensor... inputs) {
      this.op = op;
      this.dy = dy;
      this.inputs = inputs;
      for (Tensor input : inputs) {
        input.requiresGrad_(true);
      }
    }

    @Override
    public void run() {
      try (var call = Tern.scope()) {
        Tensor y = op.get();
        List<Tensor> gradients = Autograd.grad(y, dy, false, false, inputs);
        inPlainOrder(y);
        gradients.forEach(TernLibrary::inPlainOrder);
      }
    }

    @Override
    public long size() {
      return dy.numel();
    }
  }
}
