package dev.tern.tests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tern.Parameter;
import dev.tern.Tensor;
import dev.tern.Tern;
import dev.tern.data.Batch;
import dev.tern.data.DataLoader;
import dev.tern.data.Dataset;
import dev.tern.device.Generator;
import dev.tern.examples.BundledCifar2;
import dev.tern.nn.CrossEntropyLoss;
import dev.tern.nn.Module;
import dev.tern.optim.SGD;
import dev.tern.shape.DType;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Trainings on the real images, step by step against PyTorch's from the same seed: weights, order
 * of the images, dropout, loss, gradients and steps all have to be PyTorch's.
 *
 * <p>{@code -Dtern.training.steps=N} sets how many steps are compared; the ordinary build takes all
 * 40 of the small networks and 5 of the deep ones.
 */
class TrainingTest {
  /**
   * Rounding alone stays below 1e-14; a weight or pixel off by one float32 rounding shows at 1e-9.
   */
  private static final double DOUBLE = 1e-11;

  private static final double SINGLE = 1e-5;

  /** Ten blocks with batch norms of their own amplify FLOAT32's roundings. */
  private static final double SINGLE_OF_TEN_BLOCKS = 1e-4;

  /**
   * Where one block is used ten times, a flipped ReLU moves the loss by 1e-3 from some later step
   * on.
   */
  private static final int SINGLE_STEPS_OF_A_SHARED_BLOCK = 5;

  private static final int STEPS = Integer.getInteger("tern.training.steps", 0);

  private static Dataset images;

  record Row(
      String net, long seed, double lr, double l2, int batch, double[] single, double[] twice) {
    static Row of(JsonNode row) {
      return new Row(
          row.get("net").textValue(),
          row.get("seed").longValue(),
          row.get("lr").doubleValue(),
          row.get("l2").doubleValue(),
          row.get("batch").intValue(),
          Golden.doubles(row.get("float32")),
          Golden.doubles(row.get("float64")));
    }

    boolean isDeep() {
      return net.startsWith("NetResDeep");
    }

    int steps() {
      int ordinary = isDeep() ? 5 : twice.length;
      return Math.min(STEPS > 0 ? STEPS : ordinary, twice.length);
    }
  }

  static Stream<Named<Row>> rows() {
    List<Named<Row>> rows = new ArrayList<>();
    Golden.json("training")
        .get("rows")
        .forEach(row -> rows.add(Named.of(row.get("net").textValue(), Row.of(row))));
    return rows.stream();
  }

  @BeforeAll
  static void report() {
    images = BundledCifar2.train();
    List<Row> rows = rows().map(Named::getPayload).toList();
    int covered =
        (int) rows.stream().filter(row -> GoldenNetworks.ofTraining(row.net()).isPresent()).count();
    Golden.report("training", covered, rows.size());
    if (Golden.isBundled()) {
      assertEquals(rows.size(), covered, "networks that exist");
    }
  }

  @ParameterizedTest
  @MethodSource("rows")
  void inDouble(Row row) {
    compare(row, DType.FLOAT64, row.steps(), row.twice(), DOUBLE);
  }

  @ParameterizedTest
  @MethodSource("rows")
  void inSingle(Row row) {
    boolean shared = row.net().equals("NetResDeep");
    int steps = shared ? Math.min(row.steps(), SINGLE_STEPS_OF_A_SHARED_BLOCK) : row.steps();
    double tolerance = row.net().equals("NetResDeepOwn") ? SINGLE_OF_TEN_BLOCKS : SINGLE;
    compare(row, DType.FLOAT32, steps, row.single(), tolerance);
  }

  @ParameterizedTest
  @MethodSource("rows")
  void threadsDoNotChangeABit(Row row) {
    int before = Tern.getNumThreads();
    try {
      Tern.setNumThreads(1);
      Training alone = new Training(row, DType.FLOAT32).run(5);
      Tern.setNumThreads(2);
      Training together = new Training(row, DType.FLOAT32).run(5);
      assertArrayEquals(alone.losses(), together.losses());
      for (int i = 0; i < alone.model.parameters().size(); i++) {
        Parameter one = alone.model.parameters().get(i);
        Parameter two = together.model.parameters().get(i);
        assertArrayEquals(one.toFloatArray(), two.toFloatArray());
      }
    } finally {
      Tern.setNumThreads(before);
    }
  }

  private static void compare(
      Row row, DType dtype, int steps, double[] expected, double tolerance) {
    double[] losses = new Training(row, dtype).run(steps).losses();
    double worst = 0;
    for (int step = 0; step < steps; step++) {
      double allowed = tolerance * Math.abs(expected[step]);
      assertEquals(expected[step], losses[step], allowed, "loss of step " + step);
      worst = Math.max(worst, Math.abs(losses[step] / expected[step] - 1));
    }
    System.out.printf(
        "  %s %s: %d steps within %.1e%n", row.net(), dtype.torchName(), steps, worst);
  }

  /** One training, in the order of the source text: seed, model, cast, loader, iteration. */
  private static final class Training {
    private final Row row;
    private final DType dtype;
    private final Module model;
    private final List<Double> losses = new ArrayList<>();

    Training(Row row, DType dtype) {
      var maker = GoldenNetworks.ofTraining(row.net());
      assumeTrue(maker.isPresent(), () -> "no network " + row.net());
      this.row = row;
      this.dtype = dtype;
      Generator.manualSeed(row.seed());
      model = maker.orElseThrow().get().to(dtype);
    }

    Training run(int steps) {
      var loader = DataLoader.of(images).batchSize(row.batch()).shuffle(true);
      var optimizer = new SGD(model.parameters(), SGD.lr(row.lr()));
      var lossFn = new CrossEntropyLoss();
      Iterator<Batch> batches = loader.iterator();
      while (losses.size() < steps) {
        Batch batch = batches.next();
        Tensor output = model.apply(batch.inputs().to(dtype));
        Tensor loss = lossFn.apply(output, batch.targets());
        if (row.l2() != 0) {
          Tensor l2Norm =
              model.parameters().stream()
                  .map(p -> p.pow(2).sum())
                  .reduce(Tensor::add)
                  .orElseThrow();
          loss = loss.add(l2Norm.mul(row.l2()));
        }
        optimizer.zeroGrad();
        loss.backward();
        optimizer.step();
        losses.add(loss.item());
      }
      return this;
    }

    double[] losses() {
      return losses.stream().mapToDouble(Double::doubleValue).toArray();
    }
  }
}
