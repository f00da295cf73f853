package dev.tern.benchmarks.compare;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Tern's numbers beside libtorch's: a table in Markdown. */
final class Ratios {
  private static final String HEAD =
      """
      | measurement | threads | Tern | libtorch | ratio | spread | goal | reached |
      |---|---|---|---|---|---|---|---|
      """;

  private Ratios() {}

  /** The table of everything that was compared, the columns being medians of the pairs. */
  static String table(Results results) {
    StringBuilder table = new StringBuilder(HEAD);
    for (Group group : Group.COMPARED) {
      for (Measurement measurement : group.measurements()) {
        for (int threads : results.threads()) {
          double[] tern = results.values(Peer.TERN, measurement.name(), threads);
          double[] libtorch = results.values(Peer.LIBTORCH, measurement.name(), threads);
          if (tern.length > 0 && tern.length == libtorch.length) {
            table.append(row(measurement, threads, tern, libtorch));
          }
        }
      }
    }
    return table.toString();
  }

  /** The tables of several JDKs, each with where it was measured. */
  static String page(List<Results> all) {
    return all.stream()
        .map(
            results ->
                "### JDK %s%n%n%s%n%s"
                    .formatted(results.samples().get(0).jdk(), results.machine(), table(results)))
        .collect(Collectors.joining("\n"));
  }

  private static String row(
      Measurement measurement, int threads, double[] tern, double[] libtorch) {
    double[] ratios = new double[tern.length];
    Arrays.setAll(ratios, i -> tern[i] / libtorch[i]);
    Arrays.sort(ratios);
    double ratio = median(ratios);
    String reached = measurement.reachedBy(median(tern), ratio) ? "yes" : "no";
    return "| %s | %d | %s %s | %s %s | %s | %s to %s | %s | %s |%n"
        .formatted(
            measurement.name(),
            threads,
            number(median(tern)),
            measurement.unit(),
            number(median(libtorch)),
            measurement.unit(),
            number(ratio),
            number(ratios[0]),
            number(ratios[ratios.length - 1]),
            measurement.goalText(),
            measurement.hasGoal() ? reached : "");
  }

  /** The middle one of values, or the mean of the middle two; NaN if there are none. */
  static double median(double... values) {
    if (values.length == 0) {
      return Double.NaN;
    }
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int half = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
  }

  /** A number with about three digits. */
  static String number(double value) {
    int decimals = value >= 100 ? 0 : value >= 10 ? 1 : value >= 0.095 ? 2 : 3;
    return String.format(Locale.ROOT, "%,." + decimals + "f", value);
  }
}
