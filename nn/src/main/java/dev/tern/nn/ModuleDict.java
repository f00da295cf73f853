package dev.tern.nn;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Modules under names of their own, {@code torch.nn.ModuleDict}. A field of type {@code Map} does
 * the same; this one can be handed around as a module.
 *
 * @param <M> what they are
 */
public class ModuleDict<M extends Module> extends Module {
  private final transient Map<String, M> modules = new LinkedHashMap<>();

  /** The modules in the map's order, under its keys. */
  public ModuleDict(Map<String, ? extends M> modules) {
    modules.forEach(this::put);
  }

  /**
   * Adds a module.
   *
   * @throws IllegalArgumentException if the name is empty, has a dot or is taken
   */
  public final void put(String name, M module) {
    modules.put(name, register(name, module));
  }

  /**
   * The module of a name.
   *
   * @throws IllegalArgumentException if there is none
   */
  public final M get(String name) {
    M module = modules.get(name);
    if (module == null) {
      throw new IllegalArgumentException("no module '" + name + "' among " + modules.keySet());
    }
    return module;
  }

  /** All of them, in order, unmodifiable. */
  public final Map<String, M> modules() {
    return Collections.unmodifiableMap(modules);
  }
}
