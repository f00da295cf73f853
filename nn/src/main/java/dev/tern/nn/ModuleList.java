package dev.tern.nn;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;

/**
 * Modules under the names {@code 0}, {@code 1}, ..., {@code torch.nn.ModuleList}. A field of type
 * {@code List} does the same; this one can be handed around as a module.
 *
 * @param <M> what they are
 */
public class ModuleList<M extends Module> extends Module implements Iterable<M> {
  private final transient List<M> modules = new ArrayList<>();

  /** The modules in order. */
  @SafeVarargs
  public ModuleList(M... modules) {
    for (M module : modules) {
      append(module);
    }
  }

  /** Adds a module at the end; returns this list. */
  public final ModuleList<M> append(M module) {
    modules.add(register(Integer.toString(modules.size()), module));
    return this;
  }

  /** The number of modules. */
  public final int size() {
    return modules.size();
  }

  /** The module at a position, counted from 0. */
  public final M get(int index) {
    return modules.get(index);
  }

  /** In order; nothing can be removed. */
  @Override
  public final Iterator<M> iterator() {
    return Collections.unmodifiableList(modules).iterator();
  }
}
