package dev.tern.tests;

import dev.tern.StateDict;
import dev.tern.examples.FunctionalNet;
import dev.tern.examples.Net;
import dev.tern.examples.NetBatchNorm;
import dev.tern.examples.NetDepth;
import dev.tern.examples.NetDropout;
import dev.tern.examples.NetRes;
import dev.tern.examples.NetResDeep;
import dev.tern.examples.NetWidth;
import dev.tern.nn.Module;
import java.util.Optional;
import java.util.function.Supplier;

/** The networks that the golden files name, as the examples have them. */
final class Networks {
  private Networks() {}

  /** A network of {@code networks.json}; the depth and width of a residual one are read off its tensors. */
  static Optional<Supplier<Module>> ofGolden(String name, StateDict tensors) {
    if (name.equals("Net")) {
      return Optional.of(FunctionalNet::new); // the version that was printed there
    }
    if (!name.startsWith("NetResDeep")) {
      return plain(name);
    }
    int channels = tensors.get("init/conv1.weight").size(0);
    String block = "init/resblocks\\.\\d+\\.conv\\.weight";
    int blocks = (int) tensors.keySet().stream().filter(key -> key.matches(block)).count();
    boolean own = tensors.containsKey("grad/resblocks.1.conv.weight");
    return Optional.of(
        () ->
            own
                ? NetResDeep.ofOwnBlocks(channels, blocks)
                : new NetResDeep(channels, blocks));
  }

  /** A network of {@code training.json}, where the residual ones have 32 channels and ten blocks. */
  static Optional<Supplier<Module>> ofTraining(String name) {
    return switch (name) {
      case "NetL2" -> plain("Net");
      case "NetResDeep" -> Optional.of(() -> new NetResDeep(32, 10));
      case "NetResDeepOwn" -> Optional.of(() -> NetResDeep.ofOwnBlocks(32, 10));
      default -> plain(name);
    };
  }

  private static Optional<Supplier<Module>> plain(String name) {
    return switch (name) {
      case "Net" -> Optional.of(Net::new);
      case "NetWidth" -> Optional.of(NetWidth::new);
      case "NetDropout" -> Optional.of(NetDropout::new);
      case "NetBatchNorm" -> Optional.of(NetBatchNorm::new);
      case "NetDepth" -> Optional.of(NetDepth::new);
      case "NetRes" -> Optional.of(NetRes::new);
      default -> Optional.empty();
    };
  }
}
