package dev.tern.tests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tern.Tensor;
import dev.tern.data.Batch;
import dev.tern.data.DataLoader;
import dev.tern.data.Dataset;
import dev.tern.data.TensorDataset;
import dev.tern.device.Generator;
import dev.tern.nn.Conv2d;
import dev.tern.nn.Init;
import dev.tern.nn.Linear;
import dev.tern.nn.Nonlinearity;
import dev.tern.shape.ConvOptions;
import dev.tern.shape.DType;
import dev.tern.shape.Shape;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * What PyTorch's CPU generator draws from each seed, bit for bit: tensors, initialisers, the order
 * of a shuffling loader.
 */
class RandomTest {
  /**
   * Fields of a seed that are compared, each with the tolerance of its last steps; 0 is bit for
   * bit.
   */
  private final Map<String, Double> compared = new LinkedHashMap<>();

  private final Set<String> fields = new LinkedHashSet<>();

  @Test
  void drawsWhatPyTorchDraws() {
    JsonNode seeds = Golden.json("random").get("seeds");
    for (JsonNode row : seeds) {
      row.fieldNames().forEachRemaining(fields::add);
      draws(row);
      initialisers(row);
      orders(row);
    }
    fields.remove("seed");
    System.out.printf(
        "golden random %d/%d fields, %d seeds from %s%n",
        compared.size(), fields.size(), seeds.size(), Golden.folder());
    if (Golden.isBundled()) {
      assertEquals(fields, compared.keySet());
    }
  }

  private static void seed(JsonNode row) {
    Generator.manualSeed(row.get("seed").longValue());
  }

  private void draws(JsonNode row) {
    seed(row);
    same(row, "rand_5", Tensor.rand(5));
    same(row, "rand_next_3x2", Tensor.rand(3, 2));
    seed(row);
    same(row, "rand_f64_5", Tensor.rand(DType.FLOAT64, Shape.of(5)));
    seed(row);
    same(row, "randn_5", Tensor.randn(5));
    same(row, "randn_next_3", Tensor.randn(3));
    seed(row);
    same(row, "randn_16", Tensor.randn(16));
    seed(row);
    same(row, "randn_37", Tensor.randn(37));
    seed(row);
    same(row, "randint_0_10_x8", Tensor.randint(0, 10, Shape.of(8)));
    same(row, "randint_big_x4", Tensor.randint(-(1L << 40), 1L << 40, Shape.of(4)));
    seed(row);
    same(row, "randperm_10", Tensor.randperm(10));
    same(row, "randperm_1000_first20", Tensor.randperm(1000));
    seed(row);
    same(row, "uniform_m2_3", Tensor.empty(6).uniform_(-2, 3));
    seed(row);
    same(row, "normal_1_2", Tensor.empty(20).normal_(1, 2));
  }

  private void initialisers(JsonNode row) {
    seed(row);
    var conv = new Conv2d(3, 16, ConvOptions.kernel(3));
    same(row, "conv2d_3_16_w_first8", conv.weight);
    same(row, "conv2d_3_16_b_first4", conv.bias);
    seed(row);
    var linear = new Linear(512, 32);
    same(row, "linear_512_32_w_first8", linear.weight);
    same(row, "linear_512_32_b_first4", linear.bias);
    seed(row);
    Tensor weight = Tensor.empty(32, 32, 3, 3);
    same(row, "kaiming_normal_first8", Init.kaimingNormal_(weight, Nonlinearity.RELU));
    same(row, "xavier_uniform_next_first8", Init.xavierUniform_(weight));
    // LAPACK's QR and the inverse of erf round in another order
    close(row, "orthogonal_4x4", Init.orthogonal_(Tensor.empty(4, 4)), 1e-6);
    close(row, "trunc_normal_first8", Init.truncNormal_(Tensor.empty(8)), 1e-6);
  }

  /** A data set whose examples are their own numbers tells in which order they are visited. */
  private void orders(JsonNode row) {
    String epochs = "dataloader_20_b6_two_epochs";
    if (row.has(epochs)) {
      seed(row);
      var loader = DataLoader.of(numbers(20)).batchSize(6).shuffle(true);
      for (JsonNode epoch : row.get(epochs)) {
        int at = 0;
        for (Batch batch : loader) {
          assertArrayEquals(Golden.longs(epoch.get(at++)), batch.targets().toLongArray());
        }
        assertEquals(epoch.size(), at);
      }
      compared.put(epochs, 0.0);
    }
    String split = "random_split_10_7_3";
    if (row.has(split)) {
      seed(row);
      List<Dataset> parts = numbers(10).randomSplit(7, 3);
      for (int i = 0; i < 2; i++) {
        long[] order = Golden.longs(row.get(split).get(i));
        int[] all = IntStream.range(0, order.length).toArray();
        assertArrayEquals(order, parts.get(i).batch(all).targets().toLongArray());
      }
      compared.put(split, 0.0);
    }
  }

  private static Dataset numbers(int n) {
    return new TensorDataset(Tensor.arange(n), Tensor.arange(n));
  }

  private void same(JsonNode row, String field, Tensor drawn) {
    close(row, field, drawn, 0);
  }

  /** Compares the first elements, as many as the field has. */
  private void close(JsonNode row, String field, Tensor drawn, double tolerance) {
    if (!row.has(field)) {
      return; // a folder made elsewhere may fix fewer fields
    }
    compared.put(field, tolerance);
    Tensor expected = Tensor.of(Golden.doubles(row.get(field)));
    Tensor first = drawn.detach().reshape(-1).narrow(0, 0, expected.numel());
    Tensor cast = drawn.dtype() == DType.FLOAT32 ? expected.to(DType.FLOAT32) : expected;
    assertEquals(
        Optional.empty(),
        Expect.close("seed " + row.get("seed") + " " + field, first, cast, tolerance));
  }
}
