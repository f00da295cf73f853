package dev.tern;

/** A registered hook; closing it removes the hook: {@code RemovableHandle}. */
@FunctionalInterface
public interface HookHandle extends AutoCloseable {
  @Override
  void close();
}
