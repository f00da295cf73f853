package dev.tern.benchmarks.compare;

import dev.tern.benchmarks.compare.Measure.Meter;
import dev.tern.benchmarks.compare.Measurement.Unit;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Measurements that one JVM makes, one after the other.
 *
 * @param options of the JVM, besides those that all have
 * @param archived whether the JVM starts from an archive of its classes
 */
record Group(List<String> options, boolean archived, List<Measurement> measurements) {
  private static final double NO_GOAL = Double.NaN;

  /** What is compared with libtorch, in the order of the table. */
  static final List<Group> COMPARED =
      List.of(
          of(training("Net", 0.40), inference("Net", 3), latency("Net", 0.5)),
          of(training("NetWidth", 0.35)),
          of(training("NetBatchNorm", 0.35)),
          of(training("NetRes", 0.40)),
          of(
              training("NetResDeep", 0.45),
              inference("NetResDeep", 1.8),
              latency("NetResDeep", 0.5)),
          of(training("NetDropout", NO_GOAL), training("NetDepth", NO_GOAL)),
          of(
              operation("matmul 512", "matmul 512", 1),
              operation("matmul 1024", "matmul 1024", 1),
              operation("matmul 2048", "matmul 2048", 1)),
          of(
              operation("conv2d 32x64x56x56 to 64", "conv2d 32 64 56 64", 0.6),
              operation(
                  "conv2d 32x64x56x56 to 64, gradients", "conv2d 32 64 56 64 gradients", 0.6)),
          of(
              operation("max_pool2d 64x16x32x32", "max_pool2d 64 16 32", 1 / 3.0),
              operation("tanh 1M", "tanh 1000000", 1 / 3.0),
              operation("batch_norm 64x32x16x16", "batch_norm 64 32 16", 1 / 3.0),
              operation(
                  "batch_norm 64x32x16x16, gradients", "batch_norm 64 32 16 gradients", 1 / 3.0)),
          of(firstBatch("JVM start to first trained batch", 0.6)),
          new Group(
              List.of(),
              true,
              List.of(firstBatch("JVM start to first trained batch, class archive", NO_GOAL))),
          new Group(
              List.of("-Xmx160m"),
              false,
              List.of(
                  new Measurement(
                      "peak memory training Net",
                      Meter.PEAK,
                      "training Net 64",
                      Unit.MEGABYTES,
                      400))));

  /** Measurements in an ordinary JVM. */
  static Group of(Measurement... measurements) {
    return new Group(List.of(), false, List.of(measurements));
  }

  /** Those of its measurements whose names have a match. */
  Group only(Pattern names) {
    return new Group(
        options,
        archived,
        measurements.stream().filter(m -> names.matcher(m.name()).find()).toList());
  }

  private static Measurement training(String network, double goal) {
    return new Measurement(
        "training " + network,
        Meter.STEADY,
        "training " + network + " 64",
        Unit.SECONDS_AN_EPOCH,
        goal);
  }

  private static Measurement inference(String network, double goal) {
    return new Measurement(
        "inference " + network,
        Meter.STEADY,
        "inference " + network + " 64",
        Unit.IMAGES_A_SECOND,
        goal);
  }

  private static Measurement latency(String network, double goal) {
    return new Measurement(
        "latency " + network, Meter.STEADY, "inference " + network + " 1", Unit.MICROSECONDS, goal);
  }

  private static Measurement operation(String name, String words, double goal) {
    return new Measurement(name, Meter.STEADY, words, Unit.MILLISECONDS, goal);
  }

  private static Measurement firstBatch(String name, double goal) {
    return new Measurement(name, Meter.FIRST, "training Net 64", Unit.SECONDS, goal);
  }
}
