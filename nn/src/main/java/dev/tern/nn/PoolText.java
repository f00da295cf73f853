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
  static String lp(PoolOptions options) {
    String text = options.toString();
    String window = text.substring("kernel_size=".length(), text.indexOf(", stride="));
    String stride = text.substring(text.indexOf("stride=") + 7, text.indexOf(", padding="));
    return "kernel_size=%s, stride=%s".formatted(window, stride.equals(window) ? "None" : stride);
  }
}
