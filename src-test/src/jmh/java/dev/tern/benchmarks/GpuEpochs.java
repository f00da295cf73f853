package dev.tern.benchmarks;

import dev.tern.Autograd;
import dev.tern.Tensor;
import dev.tern.data.Batch;
import dev.tern.data.DataLoader;
import dev.tern.data.TensorDataset;
import dev.tern.device.Backends;
import dev.tern.device.Cuda;
import dev.tern.device.CudaGraph;
import dev.tern.device.Device;
import dev.tern.device.Generator;
import dev.tern.examples.Networks;
import dev.tern.nn.CrossEntropyLoss;
import dev.tern.nn.Module;
import dev.tern.optim.SGD;
import dev.tern.shape.Shape;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Seconds of an epoch of the eight networks: 10,000 images {@code [3, 32, 32]} from the host, batch
 * 64, SGD. The best of the epochs after the first; on a GPU once more with each step replayed as a
 * CUDA graph. {@code cuda-backend/gpu-epochs.py} does the same with PyTorch; {@code
 * cuda-backend/gpu-check.sh} runs both.
 */
public final class GpuEpochs {
  private static final List<String> NETWORKS =
      List.of(
          "Net",
          "NetWidth",
          "NetDropout",
          "NetBatchNorm",
          "NetDepth",
          "NetRes",
          "NetResDeep",
          "NetResDeep100");

  private GpuEpochs() {}

  /** The device, how many images, how many epochs: {@code cuda 10000 4}. */
  public static void main(String[] arguments) {
    Device device = Device.parse(arguments.length > 0 ? arguments[0] : "cuda");
    int images = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 10_000;
    int epochs = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 4;
    if (device.type().equals("cuda") && !Cuda.isAvailable()) {
      System.err.println("nothing to measure: " + Cuda.whyUnavailable());
      System.exit(1);
    }
    Generator.manualSeed(0);
    var data =
        new TensorDataset(Tensor.randn(images, 3, 32, 32), Tensor.randint(0, 2, Shape.of(images)));
    for (String name : NETWORKS) {
      report("tern", device, name, best(name, data, device, epochs, new Eager()));
      if (device.type().equals("cuda")) {
        try (Replayed replayed = new Replayed()) {
          report("tern-graph", device, name, best(name, data, device, epochs, replayed));
        }
      }
    }
  }

  private static void report(String how, Device device, String name, double seconds) {
    System.out.printf(Locale.ROOT, "%s %s %s %.4f%n", how, device, name, seconds);
  }

  private static double best(
      String name, TensorDataset data, Device device, int epochs, Steps steps) {
    Training training = new Training(Networks.make(name).to(device));
    double best = Double.POSITIVE_INFINITY;
    for (int epoch = 0; epoch < epochs; epoch++) {
      long start = System.nanoTime();
      double loss = 0;
      for (Batch batch : DataLoader.of(data).batchSize(64).shuffle(true)) {
        loss += steps.take(training, batch, device);
      }
      Backends.of(device).synchronize();
      double seconds = (System.nanoTime() - start) / 1e9;
      if (Double.isNaN(loss)) {
        throw new IllegalStateException(name + " diverges");
      }
      best = epoch == 0 && epochs > 1 ? best : Math.min(best, seconds);
    }
    return best;
  }

  /** A network and its optimizer. */
  private static final class Training {
    private final Module model;
    private final SGD optimizer;
    private final CrossEntropyLoss lossFn = new CrossEntropyLoss();

    Training(Module model) {
      this.model = model;
      model.train();
      optimizer = new SGD(model.parameters(), SGD.lr(1e-3));
    }

    Tensor step(Tensor inputs, Tensor targets) {
      Tensor loss = lossFn.apply(model.apply(inputs), targets);
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      return loss;
    }
  }

  /** How a step is taken; its loss comes back. */
  private interface Steps {
    double take(Training training, Batch batch, Device device);
  }

  private static final class Eager implements Steps {
    @Override
    public double take(Training training, Batch batch, Device device) {
      return training.step(batch.inputs().to(device), batch.targets().to(device)).item();
    }
  }

  /** A step as a CUDA graph, one for each size of batch, which is replayed where it repeats. */
  private static final class Replayed implements Steps, AutoCloseable {
    private final Map<Integer, Captured> graphs = new HashMap<>();

    @Override
    public double take(Training training, Batch batch, Device device) {
      Captured graph =
          graphs.computeIfAbsent(
              batch.targets().numel(), size -> new Captured(training, batch, device));
      return graph.replay(batch, device);
    }

    @Override
    public void close() {
      graphs.values().forEach(Captured::close);
    }
  }

  private static final class Captured {
    private final Tensor inputs;
    private final Tensor targets;
    private final CudaGraph graph;
    private Tensor loss = Tensor.zeros();

    Captured(Training training, Batch batch, Device device) {
      inputs = batch.inputs().to(device);
      targets = batch.targets().to(device);
      graph = Cuda.graph(device, () -> loss = training.step(inputs, targets));
    }

    double replay(Batch batch, Device device) {
      try (var off = Autograd.noGrad()) {
        inputs.copy_(batch.inputs().to(device));
        targets.copy_(batch.targets().to(device));
      }
      graph.replay();
      return loss.item();
    }

    void close() {
      graph.close();
    }
  }
}
