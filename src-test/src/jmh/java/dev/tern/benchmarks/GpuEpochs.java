package dev.tern.benchmarks;

import dev.tern.Tensor;
import dev.tern.data.Batch;
import dev.tern.data.DataLoader;
import dev.tern.data.TensorDataset;
import dev.tern.device.Backends;
import dev.tern.device.Cuda;
import dev.tern.device.Device;
import dev.tern.device.Generator;
import dev.tern.examples.Networks;
import dev.tern.nn.CrossEntropyLoss;
import dev.tern.nn.Module;
import dev.tern.optim.SGD;
import dev.tern.shape.Shape;
import java.util.List;
import java.util.Locale;

/**
 * Seconds of an epoch of the eight networks: 10,000 images {@code [3, 32, 32]} from the host, batch
 * 64, SGD. The best of the epochs after the first. {@code cuda-backend/gpu-epochs.py} does the same
 * with PyTorch; {@code cuda-backend/gpu-check.sh} runs both.
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
      Module model = Networks.make(name).to(device);
      model.train();
      SGD optimizer = new SGD(model.parameters(), SGD.lr(1e-3));
      double best = Double.POSITIVE_INFINITY;
      for (int epoch = 0; epoch < epochs; epoch++) {
        long start = System.nanoTime();
        double loss = epoch(model, optimizer, data, device);
        double seconds = (System.nanoTime() - start) / 1e9;
        if (Double.isNaN(loss)) {
          throw new IllegalStateException(name + " diverges");
        }
        best = epoch == 0 && epochs > 1 ? best : Math.min(best, seconds);
      }
      System.out.printf(Locale.ROOT, "tern %s %s %.4f%n", device, name, best);
    }
  }

  private static double epoch(Module model, SGD optimizer, TensorDataset data, Device device) {
    CrossEntropyLoss lossFn = new CrossEntropyLoss();
    double sum = 0;
    for (Batch batch : DataLoader.of(data).batchSize(64).shuffle(true)) {
      Tensor loss =
          lossFn.apply(model.apply(batch.inputs().to(device)), batch.targets().to(device));
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      sum += loss.item();
    }
    Backends.of(device).synchronize();
    return sum;
  }
}
