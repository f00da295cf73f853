package dev.tern.examples;

import dev.tern.nn.Module;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The networks by name. */
public final class Networks {
  private static final Map<String, Supplier<Module>> BY_NAME = byName();

  private Networks() {}

  private static Map<String, Supplier<Module>> byName() {
    Map<String, Supplier<Module>> networks = new LinkedHashMap<>();
    networks.put("Net", Net::new);
    networks.put("FunctionalNet", FunctionalNet::new);
    networks.put("NetWidth", NetWidth::new);
    networks.put("NetDropout", NetDropout::new);
    networks.put("NetBatchNorm", NetBatchNorm::new);
    networks.put("NetDepth", NetDepth::new);
    networks.put("NetRes", NetRes::new);
    networks.put("NetResDeep", NetResDeep::new);
    networks.put("NetResDeep100", () -> new NetResDeep(16, 100));
    networks.put("NetResDeepOwn", () -> NetResDeep.ofOwnBlocks(32, 10));
    return Collections.unmodifiableMap(networks);
  }

  /** The names, {@code Net} first. */
  public static List<String> names() {
    return new ArrayList<>(BY_NAME.keySet());
  }

  /**
   * Makes a network; draws its weights from this thread's generator.
   *
   * @throws IllegalArgumentException if there is none of that name
   */
  public static Module make(String name) {
    @Nullable Supplier<Module> network = BY_NAME.get(name);
    if (network == null) {
      throw new IllegalArgumentException("there is no network " + name + "; there are " + names());
    }
    return network.get();
  }
}
