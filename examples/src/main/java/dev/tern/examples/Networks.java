package dev.tern.examples;

import dev.tern.nn.Module;
import java.util.List;

/** The networks by name. */
public final class Networks {
  private static final List<String> NAMES =
      List.of(
          "Net",
          "FunctionalNet",
          "NetWidth",
          "NetDropout",
          "NetBatchNorm",
          "NetDepth",
          "NetRes",
          "NetResDeep",
          "NetResDeep100",
          "NetResDeepOwn");

  private Networks() {}

  /** The names, {@code Net} first. */
  public static List<String> names() {
    return NAMES;
  }

  /**
   * Makes a network; draws its weights from this thread's generator.
   *
   * @throws IllegalArgumentException if there is none of that name
   */
  public static Module make(String name) {
    return switch (name) {
      case "Net" -> new Net();
      case "FunctionalNet" -> new FunctionalNet();
      case "NetWidth" -> new NetWidth();
      case "NetDropout" -> new NetDropout();
      case "NetBatchNorm" -> new NetBatchNorm();
      case "NetDepth" -> new NetDepth();
      case "NetRes" -> new NetRes();
      case "NetResDeep" -> new NetResDeep();
      case "NetResDeep100" -> new NetResDeep(16, 100);
      case "NetResDeepOwn" -> NetResDeep.ofOwnBlocks(32, 10);
      default ->
          throw new IllegalArgumentException(
              "there is no network " + name + "; there are " + NAMES);
    };
  }
}
