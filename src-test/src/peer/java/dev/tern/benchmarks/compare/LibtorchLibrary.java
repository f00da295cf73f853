package dev.tern.benchmarks.compare;

import dev.tern.benchmarks.compare.Workload.Training;
import java.util.function.Supplier;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.InferenceMode;
import org.bytedeco.pytorch.SGD;
import org.bytedeco.pytorch.SGDOptions;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorArrayRefOptional;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * libtorch through JavaCPP: its functions, because the options of its modules crash in this
 * binding. Every run gives its memory back at once, through a scope.
 */
public final class LibtorchLibrary implements Library {
  private static final long[] ONE = {1, 1};

  /** With so many threads inside an operation. */
  public LibtorchLibrary(int threads) {
    torch.set_num_threads(threads);
    torch.manual_seed(0);
  }

  @Override
  public Training training(String network, int batch) {
    LibtorchNetwork model = new LibtorchNetwork(network);
    SGD optimizer = new SGD(model.parameters(), new SGDOptions(1e-3));
    return new Training() {
      private Tensor x = torch.randn(batch, 3, 32, 32);
      private Tensor target = torch.randint(2, new long[] {batch}).to(ScalarType.Long);

      @Override
      public void feed(float[] images, long[] labels) {
        x.close();
        target.close();
        try (var pixels = new FloatPointer(images);
            var classes = new LongPointer(labels)) {
          x = torch.from_blob(pixels, labels.length, 3, 32, 32).clone();
          var asLong = new TensorOptions(ScalarType.Long);
          target = torch.from_blob(classes, new long[] {labels.length}, asLong).clone();
        }
      }

      @Override
      public void run() {
        try (PointerScope step = new PointerScope()) {
          Tensor loss = torch.cross_entropy_loss(model.apply(x), target);
          optimizer.zero_grad();
          loss.backward();
          optimizer.step();
          loss.item_float();
        }
      }

      @Override
      public long size() {
        return model.size();
      }
    };
  }

  @Override
  public Workload inference(String network, int batch) {
    LibtorchNetwork model = new LibtorchNetwork(network);
    model.eval();
    Tensor x = torch.randn(batch, 3, 32, 32);
    return new Workload() {
      @Override
      public void run() {
        try (PointerScope call = new PointerScope()) {
          InferenceMode on = new InferenceMode();
          model.apply(x);
        }
      }

      @Override
      public long size() {
        return model.size();
      }
    };
  }

  @Override
  public Workload matmul(int n) {
    Tensor a = torch.randn(n, n);
    Tensor b = torch.randn(n, n);
    return new Operation(() -> a.matmul(b));
  }

  @Override
  public Workload conv2d(int n, int c, int side, int k, boolean gradients) {
    Tensor x = torch.randn(n, c, side, side);
    Tensor weight = torch.randn(k, c, 3, 3);
    Tensor bias = torch.randn(k);
    TensorOptional optionalBias = new TensorOptional(bias);
    return operation(
        gradients, () -> torch.conv2d(x, weight, optionalBias, ONE, ONE, ONE, 1), x, weight, bias);
  }

  @Override
  public Workload maxPool2d(int n, int c, int side) {
    Tensor x = torch.randn(n, c, side, side);
    return new Operation(() -> torch.max_pool2d(x, 2, 2));
  }

  @Override
  public Workload tanh(int n) {
    Tensor x = torch.randn(n);
    return new Operation(x::tanh);
  }

  @Override
  public Workload batchNorm(int n, int c, int side, boolean gradients) {
    Tensor x = torch.randn(n, c, side, side);
    Tensor weight = torch.randn(c);
    Tensor bias = torch.randn(c);
    TensorOptional optionalWeight = new TensorOptional(weight);
    TensorOptional optionalBias = new TensorOptional(bias);
    TensorOptional mean = new TensorOptional(torch.zeros(c));
    TensorOptional variance = new TensorOptional(torch.ones(c));
    return operation(
        gradients,
        () ->
            torch.batch_norm(
                x, optionalWeight, optionalBias, mean, variance, true, 0.1, 1e-5, false),
        x,
        weight,
        bias);
  }

  private static Workload operation(boolean gradients, Supplier<Tensor> op, Tensor... inputs) {
    return gradients ? new WithGradients(op, inputs) : new Operation(op);
  }

  private record Operation(Supplier<Tensor> op) implements Workload {
    @Override
    public void run() {
      try (PointerScope call = new PointerScope()) {
        InferenceMode on = new InferenceMode();
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
    private final Tensor dy;
    private final SGD leaves;

    WithGradients(Supplier<Tensor> op, Tensor... inputs) {
      this.op = op;
      dy = op.get();
      leaves = new SGD(new TensorVector(inputs), new SGDOptions(1e-3));
      for (Tensor input : inputs) {
        input.set_requires_grad(true);
      }
    }

    @Override
    public void run() {
      try (PointerScope call = new PointerScope()) {
        leaves.zero_grad();
        op.get().backward(dy, new BoolOptional(), false, new TensorArrayRefOptional());
      }
    }

    @Override
    public long size() {
      return dy.numel();
    }
  }
}
