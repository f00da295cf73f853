package dev.tern.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tern.Autograd;
import dev.tern.Tensor;
import dev.tern.data.Batch;
import dev.tern.data.DataLoader;
import dev.tern.data.Dataset;
import dev.tern.device.Generator;
import dev.tern.examples.BundledCifar2;
import dev.tern.nn.CrossEntropyLoss;
import dev.tern.nn.Loss;
import dev.tern.nn.Module;
import dev.tern.optim.SGD;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whole trainings: ten epochs from three seeds, and what the networks have learnt then, beside
 * PyTorch's. {@code -Dtern.accuracy=all} runs it (half an hour), {@code -Dtern.accuracy=NetRes} one
 * network; it prints rows for {@code docs/accuracy.md}.
 */
@Tag("slow")
@EnabledIfSystemProperty(named = "tern.accuracy", matches = ".+")
class AccuracyTest {
  record Network(String name, List<JsonNode> runs) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Network> networks() {
    String wanted = System.getProperty("tern.accuracy", "");
    List<Network> networks = new ArrayList<>();
    for (Map.Entry<String, JsonNode> entry : Golden.json("training").get("accuracy").properties()) {
      if (wanted.equals("all") || wanted.equals(entry.getKey())) {
        List<JsonNode> runs = new ArrayList<>();
        entry.getValue().forEach(runs::add);
        networks.add(new Network(entry.getKey(), runs));
      }
    }
    return networks.stream();
  }

  @ParameterizedTest
  @MethodSource("networks")
  void learnsWhatPyTorchsDoes(Network network) {
    String name = network.name();
    List<JsonNode> runs = network.runs();
    double sum = 0;
    double theirSum = 0;
    double smallest = 1;
    double largest = 0;
    StringBuilder ours = new StringBuilder();
    StringBuilder theirs = new StringBuilder();
    for (JsonNode run : runs) {
      double expected = run.get("val_acc").doubleValue();
      double reached = train(name, run);
      smallest = Math.min(smallest, expected);
      largest = Math.max(largest, expected);
      sum += reached;
      theirSum += expected;
      ours.append(String.format(Locale.ROOT, " %.4f", reached));
      theirs.append(String.format(Locale.ROOT, " %.4f", expected));
    }
    System.out.printf(
        Locale.ROOT,
        "| %s |%s |%s | %.4f | %.4f |%n",
        name,
        ours,
        theirs,
        sum / runs.size(),
        theirSum / runs.size());
    assertEquals(
        theirSum / runs.size(), sum / runs.size(), largest - smallest, "mean accuracy of " + name);
  }

  private static double train(String name, JsonNode run) {
    Generator.manualSeed(run.get("seed").longValue());
    Module model = GoldenNetworks.ofTraining(name).orElseThrow().get();
    Dataset images = BundledCifar2.train();
    var loader = DataLoader.of(images).batchSize(64).shuffle(true);
    var optimizer = new SGD(model.parameters(), SGD.lr(run.get("lr").doubleValue()));
    Loss lossFn = new CrossEntropyLoss();
    double l2 = run.get("l2").doubleValue();
    for (int epoch = 0; epoch < run.get("epochs").intValue(); epoch++) {
      for (Batch batch : loader) {
        Tensor loss = lossFn.apply(model.apply(batch.inputs()), batch.targets());
        if (l2 != 0) {
          Tensor l2Norm =
              model.parameters().stream()
                  .map(p -> p.pow(2).sum())
                  .reduce(Tensor::add)
                  .orElseThrow();
          loss = loss.add(l2Norm.mul(l2));
        }
        optimizer.zeroGrad();
        loss.backward();
        optimizer.step();
      }
    }
    return accuracy(model, BundledCifar2.val());
  }

  private static double accuracy(Module model, Dataset images) {
    model.eval();
    long correct = 0;
    try (var off = Autograd.noGrad()) {
      for (Batch batch : DataLoader.of(images).batchSize(64)) {
        Tensor predicted = model.apply(batch.inputs()).max(1).indices();
        correct += predicted.eq(batch.targets()).sum().itemLong();
      }
    }
    return (double) correct / images.size();
  }
}
