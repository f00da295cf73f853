package dev.tern.examples.listings;

import static dev.tern.nn.F.maxPool2d;
import static dev.tern.nn.F.tanh;
import static dev.tern.shape.ConvOptions.kernel;

import dev.tern.Autograd;
import dev.tern.Tensor;
import dev.tern.data.Batch;
import dev.tern.data.DataLoader;
import dev.tern.data.Dataset;
import dev.tern.device.Cuda;
import dev.tern.device.Device;
import dev.tern.device.Generator;
import dev.tern.io.Checkpoint;
import dev.tern.nn.*;
import dev.tern.nn.Module;
import dev.tern.optim.Optimizer;
import dev.tern.optim.SGD;
import java.io.IOException;
import java.nio.file.Path;
import java.time.LocalDateTime;

class Net extends Module { // the version made of modules
  final Conv2d conv1 = new Conv2d(3, 16, kernel(3).padding(1));
  final Tanh act1 = new Tanh();
  final MaxPool2d pool1 = new MaxPool2d(2);
  final Conv2d conv2 = new Conv2d(16, 8, kernel(3).padding(1));
  final Tanh act2 = new Tanh();
  final MaxPool2d pool2 = new MaxPool2d(2);
  final Linear fc1 = new Linear(8 * 8 * 8, 32);
  final Tanh act3 = new Tanh();
  final Linear fc2 = new Linear(32, 2);

  @Override
  protected Tensor forward(Tensor x) {
    return x.pipe(conv1, act1, pool1)
        .pipe(conv2, act2, pool2)
        .view(-1, 8 * 8 * 8)
        .pipe(fc1, act3, fc2);
  }
}

class FunctionalNet
    extends Module { // the functional version: modules only where there are parameters
  final Conv2d conv1 = new Conv2d(3, 16, kernel(3).padding(1));
  final Conv2d conv2 = new Conv2d(16, 8, kernel(3).padding(1));
  final Linear fc1 = new Linear(8 * 8 * 8, 32);
  final Linear fc2 = new Linear(32, 2);

  @Override
  protected Tensor forward(Tensor x) {
    Tensor out = maxPool2d(tanh(conv1.apply(x)), 2);
    out = maxPool2d(tanh(conv2.apply(out)), 2);
    out = out.view(-1, 8 * 8 * 8);
    out = tanh(fc1.apply(out));
    return fc2.apply(out);
  }
}

class ResBlock extends Module {
  final Conv2d conv;
  final BatchNorm2d batchNorm;

  ResBlock(int channels) {
    conv = new Conv2d(channels, channels, kernel(3).padding(1).bias(false));
    batchNorm = new BatchNorm2d(channels);
    Init.kaimingNormal_(conv.weight, Nonlinearity.RELU);
    Init.constant_(batchNorm.weight, 0.5);
    Init.zeros_(batchNorm.bias);
  }

  @Override
  protected Tensor forward(Tensor x) {
    return x.pipe(conv, batchNorm, Tensor::relu).add(x);
  }
}

class NetResDeep extends Module {
  final int channels;
  final Conv2d conv1;
  final Sequential resblocks;
  final Linear fc1;
  final Linear fc2;

  NetResDeep(int channels, int blocks) {
    this.channels = channels;
    conv1 = new Conv2d(3, channels, kernel(3).padding(1));
    resblocks = Sequential.repeat(blocks, new ResBlock(channels)); // ONE block, used `blocks` times
    // Sequential.of(blocks, () -> new ResBlock(channels))         // `blocks` blocks of their own
    fc1 = new Linear(8 * 8 * channels, 32);
    fc2 = new Linear(32, 2);
  }

  @Override
  protected Tensor forward(Tensor x) {
    Tensor out = maxPool2d(conv1.apply(x).relu(), 2);
    out = maxPool2d(resblocks.apply(out), 2);
    out = out.view(-1, 8 * 8 * channels);
    return out.pipe(fc1, Tensor::relu, fc2);
  }
}

/** Training, as the documentation shows it. */
final class Listings {
  private Listings() {}

  static void trainingLoop(
      int epochs,
      Optimizer optimizer,
      Module model,
      Loss lossFn,
      DataLoader loader,
      Device device) {
    for (int epoch = 1; epoch <= epochs; epoch++) {
      double lossTrain = 0;
      for (Batch batch : loader) {
        Tensor imgs = batch.inputs().to(device), labels = batch.targets().to(device);
        Tensor loss = lossFn.apply(model.apply(imgs), labels);

        optimizer.zeroGrad();
        loss.backward();
        optimizer.step();

        lossTrain += loss.item();
      }
      if (epoch == 1 || epoch % 10 == 0) {
        System.out.printf(
            "%s: Epoch %d, Training loss: %.4f%n",
            LocalDateTime.now(), epoch, lossTrain / loader.size());
      }
    }
  }

  static double accuracy(Module model, DataLoader loader, Device device) {
    long correct = 0, total = 0;
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

  static Net birdsAndAirplanes(Dataset cifar2, Path path) throws IOException {
    Generator.manualSeed(0); // the same numbers as torch.manual_seed(0) on its CPU
    Device device = Cuda.isAvailable() ? Device.CUDA : Device.CPU;
    Net model = new Net().to(device); // Module.to: in place, returns the module
    DataLoader train = DataLoader.of(cifar2).batchSize(64).shuffle(true);
    SGD optimizer = new SGD(model.parameters(), SGD.lr(1e-2).momentum(0.9).weightDecay(1e-3));
    trainingLoop(100, optimizer, model, new CrossEntropyLoss(), train, device);
    model.eval();

    Checkpoint.save(model.stateDict(), path); // birds_vs_airplanes.pt opens in PyTorch
    Net loaded = new Net();
    System.out.println(
        loaded.loadStateDict(Checkpoint.load(path, device))); // <All keys matched successfully>
    return loaded;
  }

  /** L2 by hand: {@code loss.add(l2Norm.mul(lambda))}. */
  static Tensor l2(Tensor loss, Module model, double lambda) {
    Tensor l2Norm =
        model.parameters().stream().map(p -> p.pow(2).sum()).reduce(Tensor::add).orElseThrow();
    return loss.add(l2Norm.mul(lambda));
  }
}
