package dev.tern.device.cpu;

import static dev.tern.device.cpu.Operands.floats;
import static dev.tern.device.cpu.Operands.floatsOf;
import static dev.tern.device.cpu.Operands.longs;

import dev.tern.device.Data;
import dev.tern.device.NllSpec;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The negative log-likelihood of FLOAT32 log-probabilities. */
final class Nll {
  private Nll() {}

  /**
   * Writes the losses and how much each counts, once all labels are known to be right.
   *
   * @return whether a count may be other than 1
   */
  static boolean forward(
      NllSpec s, Data x, Data target, @Nullable Data weight, Data losses, Data counts) {
    boolean some = check(s, target);
    long[] labels = longs(target);
    float[] from = floats(x);
    float[] weights = floatsOf(weight);
    int wo = weight == null ? 0 : weight.offset();
    float[] loss = floats(losses);
    float[] share = floats(counts);
    Float32.chunks(
        target.numel(),
        (first, count) -> {
          for (int i = first; i < first + count; i++) {
            long label = labels[target.offset() + i];
            boolean kept = label != s.ignored();
            float each = !kept ? 0 : weights == null ? 1 : weights[wo + (int) label];
            share[counts.offset() + i] = each;
            loss[losses.offset() + i] =
                kept ? -from[x.offset() + place(s, i, label)] * each : 0; // x may be infinite
          }
        });
    return some || weight != null;
  }

  static void grad(NllSpec s, Data target, Data counts, Data dy, Data dx) {
    check(s, target);
    long[] labels = longs(target);
    float[] share = floats(counts);
    float[] gradient = floats(dy);
    float[] to = floats(dx);
    Arrays.fill(to, dx.offset(), dx.offset() + dx.numel(), 0);
    Float32.chunks(
        target.numel(),
        (first, count) -> {
          for (int i = first; i < first + count; i++) {
            long label = labels[target.offset() + i];
            if (label != s.ignored()) {
              to[dx.offset() + place(s, i, label)] -=
                  gradient[dy.offset() + i] * share[counts.offset() + i];
            }
          }
        });
  }

  /** Refuses a label that is no class; returns whether some position is left out. */
  private static boolean check(NllSpec s, Data target) {
    long[] labels = longs(target);
    boolean some = false;
    for (int i = 0; i < target.numel(); i++) {
      long label = labels[target.offset() + i];
      boolean ignored = label == s.ignored();
      if (!ignored && !s.classes().contains(label)) {
        throw s.classes().refusal(label, i);
      }
      some |= ignored;
    }
    return some;
  }

  /** Where a position's class is. */
  private static int place(NllSpec s, int i, long label) {
    return (i / s.inner() * s.classes().n() + (int) label) * s.inner() + i % s.inner();
  }
}
