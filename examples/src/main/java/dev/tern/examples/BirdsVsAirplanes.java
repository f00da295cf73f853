package dev.tern.examples;

import dev.tern.Tern;
import dev.tern.data.DataLoader;
import dev.tern.data.Dataset;
import dev.tern.device.Cuda;
import dev.tern.device.Device;
import dev.tern.device.Generator;
import dev.tern.io.Checkpoint;
import dev.tern.nn.CrossEntropyLoss;
import dev.tern.nn.Module;
import dev.tern.optim.SGD;
import dev.tern.shape.TernException;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * Birds or airplanes? Trains a network on the bundled images, saves it, loads it into a fresh one
 * and compares.
 */
@Command(
    name = "BirdsVsAirplanes",
    description = "Trains a network to tell birds from airplanes, saves it and loads it again.",
    sortOptions = false)
public final class BirdsVsAirplanes implements Callable<Integer> {
  private static final String FILE = "birds_vs_airplanes.pt";

  private static final class Names implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return Networks.names().iterator();
    }
  }

  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = "--net",
      paramLabel = "NAME",
      completionCandidates = Names.class,
      description = "The network: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private String net = "Net";

  @Option(names = "--epochs", paramLabel = "N", description = "Epochs (default: ${DEFAULT-VALUE}).")
  private int epochs = 10;

  @Option(
      names = "--batch-size",
      paramLabel = "N",
      description = "Images a step (default: ${DEFAULT-VALUE}).")
  private int batchSize = 64;

  @Option(
      names = "--lr",
      paramLabel = "X",
      description = "Learning rate (default: ${DEFAULT-VALUE}).")
  private double lr = 1e-2;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description =
          "Seed of the weights and of the order of the images (default: ${DEFAULT-VALUE}).")
  private long seed = 0;

  @Option(
      names = "--device",
      paramLabel = "NAME",
      description = "cpu, cuda or cuda:INDEX (default: cuda where it can be used).")
  private @Nullable String device;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads of the CPU kernels; the results do not depend on it.")
  private @Nullable Integer threads;

  @Option(
      names = "--batches",
      paramLabel = "N",
      description = "At most so many steps an epoch, to try things out.")
  private int batches = Integer.MAX_VALUE;

  @Option(
      names = "--out",
      paramLabel = "FOLDER",
      description = "Where " + FILE + " is put (default: the working directory).")
  private Path out = Path.of("");

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Shows this text.")
  private boolean help;

  private final PrintStream console;

  private BirdsVsAirplanes(PrintStream console) {
    this.console = console;
  }

  /**
   * Runs the example and exits: 0 where all went well, 1 where it did not, 2 where the options do
   * not fit.
   */
  public static void main(String[] args) {
    System.exit(run(System.out, System.err, args));
  }

  /**
   * Runs the example.
   *
   * @param console gets what it tells
   * @param errors gets what went wrong
   * @return the exit status
   */
  public static int run(PrintStream console, PrintStream errors, String... args) {
    return new CommandLine(new BirdsVsAirplanes(console))
        .setErr(new PrintWriter(errors, true, StandardCharsets.UTF_8))
        .setExecutionExceptionHandler(BirdsVsAirplanes::report)
        .execute(args);
  }

  /** One line for what a user can mend; the whole trace for anything else. */
  private static int report(Exception e, CommandLine line, CommandLine.@Nullable ParseResult parsed)
      throws Exception {
    if (e instanceof TernException || e instanceof IllegalArgumentException) {
      line.getErr().println(e.getMessage());
      return line.getCommandSpec().exitCodeOnInvalidInput();
    }
    if (e instanceof IOException || e instanceof UncheckedIOException) {
      line.getErr().println(e.toString());
      return line.getCommandSpec().exitCodeOnExecutionException();
    }
    throw e;
  }

  @Override
  public Integer call() throws IOException {
    check(epochs >= 1, "--epochs wants at least 1, got " + epochs);
    check(batchSize >= 1, "--batch-size wants at least 1, got " + batchSize);
    check(batches >= 1, "--batches wants at least 1, got " + batches);
    check(
        Networks.names().contains(net), "--net wants one of " + Networks.names() + ", got " + net);
    SGD.Options options = SGD.lr(lr);
    Files.createDirectories(out);
    if (threads != null) {
      Tern.setNumThreads(threads);
    }
    Device where = chosenDevice();

    Generator.manualSeed(seed);
    Module model = Networks.make(net).to(where);
    int count = Tern.getNumThreads();
    int parameters = model.parameters().stream().mapToInt(p -> p.numel()).sum();
    console.printf(
        Locale.ROOT,
        "%s%n%,d parameters, %d %s%n",
        model,
        parameters,
        count,
        count == 1 ? "thread" : "threads");

    Dataset train = BundledCifar2.train();
    Dataset val = BundledCifar2.val();
    DataLoader loader = DataLoader.of(train).batchSize(batchSize).shuffle(true);
    SGD optimizer = new SGD(model.parameters(), options);
    new Training(model, new CrossEntropyLoss(), optimizer, where, batches)
        .run(epochs, loader, Math.min(train.size(), (long) batches * batchSize), console);
    double accuracyTrain = accuracy(model, train, where);
    double accuracyVal = accuracy(model, val, where);

    Path file = out.resolve(FILE);
    Checkpoint.save(model.stateDict(), file);
    Module loaded = Networks.make(net).to(where);
    console.println(loaded.loadStateDict(Checkpoint.load(file, where)));
    double trainAgain = accuracy(loaded, train, where);
    double valAgain = accuracy(loaded, val, where);
    if (trainAgain != accuracyTrain || valAgain != accuracyVal) {
      console.printf(
          Locale.ROOT,
          "loaded from %s: accuracy %.4f and %.4f instead of %.4f and %.4f%n",
          file,
          trainAgain,
          valAgain,
          accuracyTrain,
          accuracyVal);
      return CommandLine.ExitCode.SOFTWARE;
    }
    console.printf(Locale.ROOT, "Accuracy train : %.2f%n", accuracyTrain);
    console.printf(Locale.ROOT, "Accuracy val : %.2f%n", accuracyVal);
    return CommandLine.ExitCode.OK;
  }

  private Device chosenDevice() {
    if (device != null) {
      return Device.parse(device);
    }
    if (Cuda.isAvailable()) {
      return Device.CUDA;
    }
    console.println("Training on the CPU. CUDA is not used: " + Cuda.whyUnavailable() + ".");
    return Device.CPU;
  }

  private double accuracy(Module model, Dataset images, Device where) {
    return Training.accuracy(model, DataLoader.of(images).batchSize(batchSize), where);
  }

  private void check(boolean fits, String message) {
    CommandSpec options = spec;
    if (!fits && options != null) {
      throw new ParameterException(options.commandLine(), message);
    }
  }
}
