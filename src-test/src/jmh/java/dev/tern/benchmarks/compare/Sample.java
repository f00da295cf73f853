package dev.tern.benchmarks.compare;

/**
 * One measurement of one library, a line of the results.
 *
 * @param name of the {@link Measurement}
 * @param settings which of the {@link Peer.Settings} it ran with
 * @param repetition from 1; Tern's and libtorch's of the same number ran one after the other
 */
record Sample(
    String name,
    String library,
    String settings,
    int threads,
    String jdk,
    int repetition,
    double value,
    String unit) {}
