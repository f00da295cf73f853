package dev.tern.nn;

import dev.tern.shape.PoolOptions;
import dev.tern.shape.Sizes;
import java.util.Arrays;

/** A max pooling's settings as PyTorch prints them. */
final class PoolText {
  private PoolText() {}

  static String max(PoolOptions options, int rank) {
    int[] dilation = options.dilationOf(rank);
    boolean one = Arrays.stream(dilation).allMatch(d -> d == dilation[0]);
    return "%s, dilation=%s, ceil_mode=%s"
        .formatted(
            options,
            one ? Integer.toString(dilation[0]) : Sizes.tuple(dilation),
            PythonText.bool(options.isCeilMode()));
  }

  /** An LP pooling's: {@code stride=None} where it is the window. */
  static String lp(PoolOptions options, int rank) {
    int[] window = options.windowOf(rank);
    int[] stride = options.strideOf(rank);
    return "kernel_size=%s, stride=%s"
        .formatted(
            PythonText.one(window),
            Arrays.equals(window, stride) ? "None" : PythonText.one(stride));
  }
}
