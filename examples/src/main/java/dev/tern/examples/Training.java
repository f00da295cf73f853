package dev.tern.examples;

import dev.tern.Autograd;
import dev.tern.Tensor;
import dev.tern.data.Batch;
import dev.tern.data.DataLoader;
import dev.tern.device.Device;
import dev.tern.nn.Loss;
import dev.tern.nn.Module;
import dev.tern.optim.Optimizer;
import java.io.PrintStream;
import java.time.LocalDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/** How a network is trained on images, and how often it is right. */
final class Training {
  private final Module model;
  private final Loss lossFn;
  private final Optimizer optimizer;
  private final Device device;
  private final int batches;

  /**
   * A training.
   *
   * @param batches at most so many an epoch
   */
  Training(Module model, Loss lossFn, Optimizer optimizer, Device device, int batches) {
    this.model = model;
    this.lossFn = lossFn;
    this.optimizer = optimizer;
    this.device = device;
    this.batches = batches;
  }

  /** Trains, and prints the mean loss of each epoch. */
  void run(int epochs, DataLoader loader, long images, PrintStream out) {
    model.train();
    for (int epoch = 1; epoch <= epochs; epoch++) {
      double loss = epoch("epoch " + epoch + "/" + epochs, loader, images);
      out.printf(
          Locale.ROOT,
          "%s: Epoch %d, Training loss: %.4f%n",
          LocalDateTime.now().truncatedTo(ChronoUnit.SECONDS),
          epoch,
          loss);
    }
  }

  private double epoch(String name, DataLoader loader, long images) {
    double sum = 0;
    int done = 0;
    try (Progress progress = Progress.of(name, images)) {
      for (Batch batch : loader) {
        Tensor imgs = batch.inputs().to(device);
        Tensor labels = batch.targets().to(device);
        Tensor loss = lossFn.apply(model.apply(imgs), labels);

        optimizer.zeroGrad();
        loss.backward();
        optimizer.step();

        sum += loss.item();
        done++;
        progress.step(labels.size(0), sum / done);
        if (done == batches) {
          break;
        }
      }
    }
    return sum / done;
  }

  /** The share of images that a network in evaluation mode puts into the right class. */
  static double accuracy(Module model, DataLoader loader, Device device) {
    long correct = 0;
    long total = 0;
    model.eval();
    try (var off = Autograd.noGrad()) {
      for (Batch batch : loader) {
        Tensor labels = batch.targets().to(device);
        Tensor predicted = model.apply(batch.inputs().to(device)).max(1).indices();
        total += labels.size(0);
        correct += predicted.eq(labels).sum().itemLong();
      }
    }
    return (double) correct / total;
  }
}
