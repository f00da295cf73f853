package dev.tern.nn;

import dev.tern.Tensor;
import dev.tern.shape.Shape;
import dev.tern.shape.ShapeException;
import java.util.Arrays;
import java.util.List;

/**
 * All ways to spread labels, blanks between and around them, over the steps of a sequence: the
 * forward recursion of Graves et al. (2006) in logarithms.
 *
 * @param labels {@code [N, 2 S + 1]}, blanks at even places
 * @param skips whether each label may follow the one two before it
 * @param steps how many steps each sequence has
 * @param ends the place of the last blank of each sequence
 */
record CtcAlignments(long[][] labels, boolean[][] skips, long[] steps, int[] ends) {
  /** Stands for the logarithm of 0: finite, so that its gradients are 0 and not NaN. */
  static final double LOG_ZERO = -1e30;

  static CtcAlignments of(
      Shape x, Tensor targets, long[] inputLengths, long[] targetLengths, int blank) {
    int batch = x.size(1);
    long longest = Arrays.stream(targetLengths).max().orElse(0);
    long total = Arrays.stream(targetLengths).sum();
    boolean flat = targets.rank() == 1;
    boolean fits =
        inputLengths.length == batch
            && targetLengths.length == batch
            && Arrays.stream(inputLengths).allMatch(n -> n >= 0 && n <= x.size(0))
            && Arrays.stream(targetLengths).allMatch(n -> n >= 0)
            && (flat
                ? total == targets.numel()
                : targets.rank() == 2 && targets.size(0) == batch && longest <= targets.size(1));
    if (!fits || blank < 0 || blank >= x.size(2)) {
      throw new ShapeException(
          "ctcLoss: targets %s, input lengths %s, target lengths %s, blank %d do not fit input %s"
              .formatted(
                  targets.shape(),
                  Arrays.toString(inputLengths),
                  Arrays.toString(targetLengths),
                  blank,
                  x));
    }
    long[] classes = targets.toLongArray();
    int places = 2 * (int) longest + 1;
    long[][] labels = new long[batch][places];
    boolean[][] skips = new boolean[batch][places];
    int[] ends = new int[batch];
    int start = 0;
    for (int n = 0; n < batch; n++) {
      Arrays.fill(labels[n], blank);
      int length = (int) targetLengths[n];
      for (int s = 0; s < length; s++) {
        long label = classes[(flat ? start : n * targets.size(1)) + s];
        if (label < 0 || label >= x.size(2) || label == blank) {
          throw new ShapeException(
              "ctcLoss: target %d of sequence %d is the blank or out of range for %d classes"
                  .formatted(label, n, x.size(2)));
        }
        labels[n][2 * s + 1] = label;
        skips[n][2 * s + 1] = s > 0 && label != labels[n][2 * s - 1];
      }
      start += length;
      ends[n] = 2 * length;
    }
    return new CtcAlignments(labels, skips, inputLengths, ends);
  }

  /** The log-probability of each sequence, {@code [N]}. */
  Tensor logLikelihood(Tensor x) {
    int batch = labels.length;
    int places = batch == 0 ? 1 : labels[0].length;
    Tensor index =
        Tensor.from(Arrays.stream(labels).flatMapToLong(Arrays::stream).toArray(), batch, places)
            .to(x.device());
    Tensor cannotSkip = mask(x, places, (n, s) -> !skips[n][s]);
    // before the first step only the place before the first label is reached
    Tensor reached = Tensor.full(x.dtype(), Shape.of(batch, places), LOG_ZERO).to(x.device());
    for (int t = 0; t < x.size(0); t++) {
      Tensor emitted = x.select(0, t).gather(1, index);
      Tensor next;
      if (t == 0) {
        next = emitted.maskedFill(mask(x, places, (n, s) -> s > 1 || s > ends[n]), LOG_ZERO);
      } else {
        Tensor moved = reached.pad(new int[] {1, -1}, LOG_ZERO);
        Tensor skipped = moved.pad(new int[] {1, -1}, LOG_ZERO).maskedFill(cannotSkip, LOG_ZERO);
        next = Tensor.stack(List.of(reached, moved, skipped), 0).logsumexp(0, false).add(emitted);
      }
      int step = t;
      reached =
          Arrays.stream(steps).allMatch(count -> count > step)
              ? next
              : Tensor.where(mask(x, places, (n, s) -> step >= steps[n]), reached, next);
    }
    Tensor atEnd = mask(x, places, (n, s) -> s != ends[n] && s != ends[n] - 1);
    Tensor summed = reached.maskedFill(atEnd, LOG_ZERO).logsumexp(1, false);
    Tensor empty = // no step and no label: certain
        Tensor.ofBools(bools(batch, 1, (n, s) -> steps[n] == 0 && ends[n] == 0), batch)
            .to(x.device());
    return summed.maskedFill(empty, 0);
  }

  @FunctionalInterface
  private interface Place {
    boolean test(int sequence, int place);
  }

  private Tensor mask(Tensor x, int places, Place at) {
    return Tensor.ofBools(bools(labels.length, places, at), labels.length, places).to(x.device());
  }

  private static boolean[] bools(int batch, int places, Place at) {
    boolean[] values = new boolean[batch * places];
    for (int i = 0; i < values.length; i++) {
      values[i] = at.test(i / places, i % places);
    }
    return values;
  }
}
