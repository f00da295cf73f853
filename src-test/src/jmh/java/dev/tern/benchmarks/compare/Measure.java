package dev.tern.benchmarks.compare;

import dev.tern.benchmarks.compare.Workload.Training;
import dev.tern.data.Cifar10;
import dev.tern.examples.BundledCifar2;
import java.io.IOException;
import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * The program of a measured JVM. It does without lambdas and JSON, so as not to add to the start-up
 * that it measures.
 */
public final class Measure {
  /** What is read off a workload. */
  enum Meter {
    /** Seconds a run: the mean over a while, after a warm-up of all workloads. */
    STEADY,
    /** Seconds from the start of the JVM to the end of the first run. */
    FIRST,
    /**
     * Bytes of memory that the process held at most while it trained for an epoch of images that
     * stay bytes until they are batched.
     */
    PEAK
  }

  /** What a line of the output begins with that has a value and the workload's size. */
  static final String RESULT = "RESULT";

  /** Images in an epoch: the bundled CIFAR-2. */
  static final int EPOCH = 10_000;

  /** Images in a batch. */
  static final int BATCH = 64;

  private static final int FEWEST_RUNS = 3;

  /** The share of a core that compiling may take. */
  private static final double COMPILING = 0.1;

  /** For how many times the usual warm-up that is waited for. */
  private static final int LONGEST = 5;

  private static final int PIXELS = 3 * 32 * 32;

  private Measure() {}

  /**
   * Measures and prints a line for each measurement.
   *
   * @param args the library's class, the number of threads, when the JVM was started (microseconds
   *     since 1970), seconds of warm-up and of measurement; then pairs of a {@link Meter} and a
   *     {@linkplain Library#workload workload}
   */
  public static void main(String[] args) throws ReflectiveOperationException, IOException {
    int threads = Integer.parseInt(args[1]);
    long started = Long.parseLong(args[2]);
    double warmup = Double.parseDouble(args[3]);
    double seconds = Double.parseDouble(args[4]);
    Library library =
        (Library) Class.forName(args[0]).getConstructor(int.class).newInstance(threads);
    // All of them first, so that none is measured while code that it needs is still compiled.
    for (int i = 5; i < args.length; i += 2) {
      if (Meter.valueOf(args[i]) == Meter.STEADY) {
        warmUp(warmup, library.workload(args[i + 1]));
      }
    }
    for (int i = 5; i < args.length; i += 2) {
      Workload workload = library.workload(args[i + 1]);
      double value =
          switch (Meter.valueOf(args[i])) {
            case STEADY -> steady(workload, seconds);
            case FIRST -> first(workload, started);
            case PEAK -> peak((Training) workload);
          };
      System.out.println(RESULT + " " + value + " " + workload.size());
    }
  }

  /** The time now, in microseconds since 1970. */
  static long now() {
    return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
  }

  /** For some seconds, and on while the JIT compiler takes a share of the cores worth the name. */
  private static void warmUp(double seconds, Workload workload) {
    meanOverAtLeast(seconds, workload);
    CompilationMXBean compiler = ManagementFactory.getCompilationMXBean();
    long idle = (long) (1000 * COMPILING * Math.min(1, seconds));
    long before = compiler.getTotalCompilationTime();
    for (double more = 0; more < LONGEST * seconds; more += Math.min(1, seconds)) {
      meanOverAtLeast(Math.min(1, seconds), workload);
      long after = compiler.getTotalCompilationTime();
      if (after - before <= idle) {
        return;
      }
      before = after;
    }
  }

  private static double steady(Workload workload, double seconds) {
    meanOverAtLeast(seconds / 4, workload);
    return meanOverAtLeast(seconds, workload);
  }

  private static double meanOverAtLeast(double seconds, Workload workload) {
    long start = System.nanoTime();
    for (int runs = 1; ; runs++) {
      workload.run();
      double elapsed = (System.nanoTime() - start) * 1e-9;
      if (runs >= FEWEST_RUNS && elapsed >= seconds) {
        return elapsed / runs;
      }
    }
  }

  private static double first(Workload workload, long started) {
    workload.run();
    return (now() - started) * 1e-6;
  }

  private static double peak(Training training) throws IOException {
    Cifar10 images = BundledCifar2.train();
    for (int from = 0; from < EPOCH; from += BATCH) {
      int n = Math.min(BATCH, EPOCH - from);
      float[] pixels = new float[n * PIXELS];
      long[] labels = new long[n];
      for (int i = 0; i < n; i++) {
        labels[i] = images.target(from + i);
        byte[] bytes = images.pixels(from + i);
        for (int p = 0; p < PIXELS; p++) {
          pixels[i * PIXELS + p] = ((bytes[p] & 0xff) - 128) / 64f;
        }
      }
      training.feed(pixels, labels);
      training.run();
    }
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("VmHWM:")) {
        return 1024 * Double.parseDouble(line.replaceAll("[^0-9]", ""));
      }
    }
    throw new IOException("no VmHWM in /proc/self/status: peak memory is measured on Linux only");
  }
}
