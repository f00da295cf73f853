package dev.tern.tests;

import dev.tern.StateDict;
import dev.tern.examples.NetResDeep;
import dev.tern.examples.Networks;
import dev.tern.nn.Module;
import java.util.Optional;
import java.util.function.Supplier;

/** The networks that the golden files name, as the examples have them. */
final class GoldenNetworks {
  private GoldenNetworks() {}

  /**
   * A network of {@code networks.json}; the depth and width of a residual one are read off its
   * tensors.
   */
  static Optional<Supplier<Module>> ofTable(String name, StateDict tensors) {
    if (name.equals("Net")) {
      return byName("FunctionalNet"); // the version that was printed there
    }
    if (!name.startsWith("NetResDeep")) {
      return byName(name);
    }
    int channels = tensors.get("init/conv1.weight").size(0);
    String block = "init/resblocks\\.\\d+\\.conv\\.weight";
    int blocks = (int) tensors.keySet().stream().filter(key -> key.matches(block)).count();
    boolean own = tensors.containsKey("grad/resblocks.1.conv.weight");
    return Optional.of(
        () -> own ? NetResDeep.ofOwnBlocks(channels, blocks) : new NetResDeep(channels, blocks));
  }

  /** A network of {@code training.json}; {@code NetL2} is {@code Net} with another loss. */
  static Optional<Supplier<Module>> ofTraining(String name) {
    return byName(name.equals("NetL2") ? "Net" : name);
  }

  private static Optional<Supplier<Module>> byName(String name) {
    return Networks.names().contains(name)
        ? Optional.of(() -> Networks.make(name))
        : Optional.empty();
  }
}
