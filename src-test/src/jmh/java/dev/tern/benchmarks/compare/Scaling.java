package dev.tern.benchmarks.compare;

import dev.tern.benchmarks.compare.Chart.Line;
import dev.tern.benchmarks.compare.Fork.Timing;
import dev.tern.benchmarks.compare.Measure.Meter;
import dev.tern.benchmarks.compare.Measurement.Unit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** How Tern's times grow with the sizes of a workload and with threads. */
final class Scaling {
  /**
   * A kind of workload over sizes.
   *
   * @param label what results call it, before the size
   * @param words the {@linkplain Library#workload workload}, with %1$d for the size
   * @param power of the size that its multiplications grow with
   */
  private record Curve(String label, String words, int power) {
    Measurement at(int size) {
      return new Measurement(
          name(size), Meter.STEADY, words.formatted(size), Unit.MILLISECONDS, Double.NaN);
    }

    String name(int size) {
      return label + " " + size;
    }

    /** Milliseconds by size, the medians of the repetitions. */
    double[] medians(Results results, int threads, int... sizes) {
      return IntStream.of(sizes)
          .mapToDouble(size -> Ratios.median(results.values(Peer.TERN, name(size), threads)))
          .toArray();
    }
  }

  /** Curves over the same sizes. */
  private record Sweep(String title, String sizeTitle, int[] ticks, int[] sizes, Curve... curves) {
    Group group() {
      return Group.of(
          Arrays.stream(curves)
              .flatMap(curve -> IntStream.of(sizes).mapToObj(curve::at))
              .toArray(Measurement[]::new));
    }

    Chart chart(Results results) {
      List<Line> lines = new ArrayList<>();
      int[] threads = results.threads();
      for (int c = 0; c < curves.length; c++) {
        for (int t = 0; t < threads.length; t++) {
          add(
              lines,
              new Line(
                  "%s, %d thread%s"
                      .formatted(curves[c].label, threads[t], threads[t] == 1 ? "" : "s"),
                  c,
                  t,
                  Arrays.stream(sizes).asDoubleStream().toArray(),
                  curves[c].medians(results, threads[t], sizes)));
        }
      }
      return new Chart(title, sizeTitle, "milliseconds", ticks, lines);
    }
  }

  private static final int[] CHANNELS = {
    3, 8, 15, 16, 17, 24, 31, 32, 33, 48, 63, 64, 65, 96, 127, 128, 129, 192, 256
  };

  private static final List<Sweep> SWEEPS =
      List.of(
          new Sweep(
              "Batch size",
              "images in a batch",
              new int[] {1, 4, 16, 64, 256, 1024},
              IntStream.rangeClosed(0, 10).map(i -> 1 << i).toArray(),
              new Curve("training step of Net", "training Net %1$d", 1),
              new Curve("inference of Net", "inference Net %1$d", 1)),
          new Sweep(
              "Channels: 3 x 3 convolution, 16 x C x 16 x 16 to C",
              "channels C",
              new int[] {3, 8, 16, 32, 64, 128, 256},
              CHANNELS,
              new Curve("conv2d 16xCx16x16", "conv2d 16 %1$d 16 %1$d", 2),
              new Curve("conv2d 16xCx16x16 with gradients", "conv2d 16 %1$d 16 %1$d gradients", 2)),
          new Sweep(
              "Image size: 3 x 3 convolution, 16 x 32 x S x S to 32",
              "rows and columns S",
              new int[] {4, 8, 16, 32, 64},
              new int[] {4, 8, 15, 16, 17, 24, 31, 32, 33, 48, 56, 63, 64},
              new Curve("conv2d 16x32xSxS", "conv2d 16 32 %1$d 32", 2),
              new Curve("conv2d 16x32xSxS with gradients", "conv2d 16 32 %1$d 32 gradients", 2)),
          new Sweep(
              "Matrix product, n x n",
              "rows and columns n",
              new int[] {8, 16, 32, 64, 128, 256, 512},
              new int[] {
                8, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129, 255, 256, 257, 511, 512
              },
              new Curve("matmul", "matmul %1$d", 3)));

  /** Shorter than usual: sizes warm each other's code up. */
  static final Timing TIMING = new Timing(0.3, 0.2);

  /** As many as a figure needs. */
  static final int REPETITIONS = 3;

  private static final int BATCH = 64;
  private static final List<Curve> NETWORKS =
      List.of("Net", "NetWidth", "NetResDeep").stream()
          .map(network -> new Curve("training " + network, "training " + network + " %1$d", 1))
          .toList();

  private Scaling() {}

  /** What is measured. */
  static List<Group> groups() {
    List<Group> groups = new ArrayList<>();
    SWEEPS.forEach(sweep -> groups.add(sweep.group()));
    NETWORKS.forEach(network -> groups.add(Group.of(network.at(BATCH))));
    return groups;
  }

  /** The figure, as SVG. */
  static String figure(Results results) {
    List<Chart> charts = new ArrayList<>();
    SWEEPS.forEach(sweep -> add(charts, sweep.chart(results)));
    int[] threads = results.threads();
    if (threads.length > 1) {
      List<Line> lines = new ArrayList<>();
      for (Curve network : NETWORKS) {
        double[] x = Arrays.stream(threads).asDoubleStream().toArray();
        double[] y = Arrays.stream(threads).mapToDouble(n -> time(network, results, n)).toArray();
        add(lines, new Line(network.label, lines.size(), 0, x, y));
      }
      String title = "Threads: training step, batch " + BATCH;
      add(charts, new Chart(title, "threads", "milliseconds", threads, lines));
    }
    return Chart.page(charts, 2);
  }

  /** Adds a line, unless a part of it was not measured. */
  private static void add(List<Line> lines, Line line) {
    if (Arrays.stream(line.y()).noneMatch(Double::isNaN)) {
      lines.add(line);
    }
  }

  private static void add(List<Chart> charts, Chart chart) {
    if (!chart.lines().isEmpty()) {
      charts.add(chart);
    }
  }

  private static double time(Curve network, Results results, int threads) {
    return network.medians(results, threads, BATCH)[0];
  }

  /**
   * How far sizes beside a multiple of 16 are from it, and what more threads bring, in Markdown.
   */
  static String tables(Results results) {
    StringBuilder text = new StringBuilder();
    text.append(
        """
        | over sizes | threads | slowest beside a multiple of 16 | times as long | times the work |
        |---|---|---|---|---|
        """);
    for (Sweep sweep : SWEEPS) {
      for (Curve curve : sweep.curves) {
        for (int threads : results.threads()) {
          text.append(
              cliff(curve, sweep.sizes, threads, curve.medians(results, threads, sweep.sizes)));
        }
      }
    }
    text.append("\n| training step, batch 64 | threads | times as fast as on 1 |\n|---|---|---|\n");
    for (Curve network : NETWORKS) {
      for (int threads : results.threads()) {
        double faster = time(network, results, 1) / time(network, results, threads);
        if (threads > 1 && !Double.isNaN(faster)) {
          text.append(
              "| %s | %d | %s |%n".formatted(network.label, threads, Ratios.number(faster)));
        }
      }
    }
    return text.toString();
  }

  private static String cliff(Curve curve, int[] sizes, int threads, double[] times) {
    int worst = -1;
    int beside = -1;
    double most = 0;
    for (int i = 0; i < sizes.length; i++) {
      for (int j = Math.max(0, i - 1); j <= Math.min(i + 1, sizes.length - 1); j++) {
        if (sizes[j] % 16 == 0
            && Math.abs(sizes[i] - sizes[j]) == 1
            && times[i] / times[j] > most) {
          worst = i;
          beside = j;
          most = times[i] / times[j];
        }
      }
    }
    return worst < 0
        ? ""
        : "| %s | %d | %d | %s | %s |%n"
            .formatted(
                curve.label,
                threads,
                sizes[worst],
                Ratios.number(most),
                Ratios.number(Math.pow((double) sizes[worst] / sizes[beside], curve.power)));
  }
}
