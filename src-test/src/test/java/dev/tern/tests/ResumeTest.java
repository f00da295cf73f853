package dev.tern.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tern.Tensor;
import dev.tern.data.DataLoader;
import dev.tern.data.Dataset;
import dev.tern.data.Sample;
import dev.tern.device.Generator;
import dev.tern.examples.ResumableTraining;
import dev.tern.nn.BatchNorm2d;
import dev.tern.nn.Conv2d;
import dev.tern.nn.CrossEntropyLoss;
import dev.tern.nn.Dropout;
import dev.tern.nn.Linear;
import dev.tern.nn.Module;
import dev.tern.optim.Adam;
import dev.tern.optim.LrScheduler;
import dev.tern.optim.OneCycleLR;
import dev.tern.optim.Optimizer;
import dev.tern.optim.SGD;
import dev.tern.optim.StepLR;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A training that is stopped and gone on with in another JVM ends as one that was not, to the bit:
 * weights, batch statistics, moments, learning rate, dropout, augmentation and the order of the
 * examples all have to be where they were.
 */
class ResumeTest {
  private static final int EPOCHS = 10;
  private static final int EXAMPLES = 22;
  private static final int BATCH = 4;
  private static final int BATCHES = 6;

  private static final Map<String, List<String>> STRAIGHT = new HashMap<>();

  @TempDir Path folder;

  /** Random images, whose first use draws from the default generator: an augmentation. */
  private static final Dataset IMAGES =
      new Dataset() {
        @Override
        public int size() {
          return EXAMPLES;
        }

        @Override
        public Sample get(int index) {
          float[] pixels = new float[3 * 6 * 6];
          Generator.of(index).uniform(pixels, 0, pixels.length, -1, 1);
          Tensor image = Tensor.from(pixels, 3, 6, 6).add(Tensor.randn(3, 6, 6).mul(0.1));
          return new Sample(image, Tensor.from(new long[] {index % 2}));
        }
      };

  /** A convolution with batch norm and dropout. */
  static final class Net extends Module {
    final Conv2d conv = new Conv2d(3, 8, 3);
    final BatchNorm2d norm = new BatchNorm2d(8);
    final Dropout dropout = new Dropout(0.3);
    final Linear fc = new Linear(8 * 4 * 4, 2);

    @Override
    protected Tensor forward(Tensor x) {
      return x.pipe(conv, norm, Tensor::relu).flatten(1, 3).pipe(dropout, fc);
    }
  }

  /** Trains from a file on, dies after so many batches, and prints what it ended with. */
  static final class Trainer {
    private Trainer() {}

    public static void main(String[] arguments) throws IOException {
      Path file = Path.of(arguments[0]);
      String kind = arguments[1];
      int dieAfter = Integer.parseInt(arguments[2]);
      Generator.manualSeed(Files.exists(file) ? 12345 : 1); // a new JVM must not need the seed
      Net model = new Net();
      Optimizer optimizer =
          kind.equals("adam")
              ? new Adam(model.parameters(), Adam.lr(0.01).amsgrad(true).weightDecay(0.01))
              : new SGD(model.parameters(), SGD.lr(0.05).momentum(0.9));
      LrScheduler schedule =
          kind.equals("adam")
              ? new OneCycleLR(optimizer, OneCycleLR.maxLr(0.02).totalSteps(EPOCHS + 1))
              : new StepLR(optimizer, 3, 0.5);
      DataLoader loader = DataLoader.of(IMAGES).batchSize(BATCH).shuffle(true);
      if (kind.equals("adam")) {
        loader = loader.workers(2);
      }
      int[] steps = {0};
      double[] losses = new double[EPOCHS * BATCHES];
      var lossFn = new CrossEntropyLoss();
      new ResumableTraining(model, optimizer, schedule, loader, file)
          .run(
              EPOCHS,
              (output, target) -> {
                if (steps[0] == dieAfter) {
                  Runtime.getRuntime().halt(7);
                }
                Tensor loss = lossFn.apply(output, target);
                losses[steps[0]++] = loss.item();
                return loss;
              },
              BATCHES / 2);
      System.out.println("loss " + losses[steps[0] - 1]);
      for (Map.Entry<String, Tensor> entry : model.stateDict().entrySet()) {
        System.out.println(entry.getKey() + Arrays.toString(entry.getValue().toDoubleArray()));
      }
      System.out.println(optimizer.groups().get(0).settings());
      System.out.println(Arrays.hashCode(Generator.current().getState()));
    }
  }

  private List<String> train(Path file, String kind, int dieAfter)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    if (ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent()) {
      command.addAll(List.of("--add-modules", "jdk.incubator.vector"));
    }
    command.addAll(List.of("-Xmx512m", "-cp", System.getProperty("java.class.path")));
    command.addAll(
        List.of(Trainer.class.getName(), file.toString(), kind, String.valueOf(dieAfter)));
    Path errors = folder.resolve("errors.txt");
    Process process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(2, TimeUnit.MINUTES), "the training hangs");
    assertEquals(dieAfter < 0 ? 0 : 7, process.exitValue(), Files.readString(errors));
    return output.lines().toList();
  }

  /** Where the training of this kind ends that nothing stops. */
  private List<String> straight(String kind) throws IOException, InterruptedException {
    List<String> end = STRAIGHT.get(kind);
    if (end == null) {
      end = train(folder.resolve("straight-" + kind + ".pt"), kind, -1);
      STRAIGHT.put(kind, end);
    }
    return end;
  }

  @ParameterizedTest
  @ValueSource(strings = {"sgd", "adam"})
  void tenEpochsAreFiveAndFiveInAnotherJvm(String kind) throws IOException, InterruptedException {
    Path file = folder.resolve("stopped.pt");
    train(file, kind, 5 * BATCHES); // dies in the first batch of epoch 6
    assertEquals(straight(kind), train(file, kind, -1));
  }

  @Test
  void oneMayStopInTheMiddleOfAnEpochAgainAndAgain() throws IOException, InterruptedException {
    Path file = folder.resolve("stopped.pt");
    train(file, "adam", 2 * BATCHES + 3);
    train(file, "adam", 2); // of those that are left
    assertEquals(straight("adam"), train(file, "adam", -1));
    assertNotEquals(straight("sgd"), straight("adam"));
  }
}
