package dev.tern.nn;

import dev.tern.Tensor;
import dev.tern.shape.TernException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/** Modules one after the other, named {@code 0}, {@code 1}, ...: {@code torch.nn.Sequential}. */
public class Sequential extends Module {
  private final String[] names;
  private final transient Module[] modules;

  /** The modules in order. */
  public Sequential(Module... modules) {
    this(numbered(modules));
  }

  /** The modules in the map's order, under its keys. */
  public Sequential(Map<String, ? extends Module> modules) {
    this.names = modules.keySet().toArray(String[]::new);
    this.modules = modules.values().toArray(Module[]::new);
    modules.forEach((name, module) -> register(name, module));
  }

  private static Map<String, Module> numbered(Module[] modules) {
    Map<String, Module> named = new LinkedHashMap<>();
    for (int i = 0; i < modules.length; i++) {
      named.put(Integer.toString(i), modules[i]);
    }
    return named;
  }

  /** {@code count} modules of their own, made in order. */
  public static Sequential of(int count, Supplier<? extends Module> make) {
    Module[] modules = new Module[count];
    for (int i = 0; i < count; i++) {
      modules[i] = make.get();
    }
    return new Sequential(modules);
  }

  /** ONE module, used {@code count} times: one set of parameters, as many sets of keys. */
  public static Sequential repeat(int count, Module module) {
    return of(count, () -> module);
  }

  /** The number of modules. */
  public final int size() {
    return modules.length;
  }

  /** The module at a position, counted from 0. */
  public final Module get(int index) {
    return modules[index];
  }

  @Override
  protected Tensor forward(Tensor x) {
    Tensor y = x;
    int i = 0;
    try {
      for (; i < modules.length; i++) {
        y = modules[i].apply(y);
      }
    } catch (TernException e) {
      throw leavingChild(names[i], e);
    }
    return y;
  }
}
